using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>What an exchange has used, kept from the Limit stage to the Respond stage. Used again by other exchanges.</summary>
internal sealed class RateLimitUsage
{
    private const int MaxSpare = 64;

    [ThreadStatic]
    private static Stack<RateLimitUsage>? spare;

    /// <summary>Requests left per window, in the order of the plugin's windows.</summary>
    public Remaining Left;

    /// <summary>The window with the fewest requests left.</summary>
    public int Tightest;

    /// <summary>Seconds until that window is over.</summary>
    public long Reset;

    public bool Refused;

    public static RateLimitUsage Rent() => spare is { Count: > 0 } ? spare.Pop() : new RateLimitUsage();

    public static void Return(RateLimitUsage usage)
    {
        var stack = spare ??= new Stack<RateLimitUsage>(MaxSpare);
        if (stack.Count < MaxSpare) stack.Push(usage);
    }

    [InlineArray(6)]
    public struct Remaining
    {
        private double first;
    }
}
