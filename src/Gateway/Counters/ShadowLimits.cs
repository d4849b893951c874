using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Counters;

/// <summary>What a limit in shadow mode would have refused: <c>rate_limit_shadow</c> in logs.</summary>
internal static class ShadowLimits
{
    private static readonly PluginSlot<string> Slot = new();

    /// <summary>The name of the limit that is used up; null for none.</summary>
    public static string? Of(Exchange exchange) => Slot.Get(exchange);

    public static void Note(Exchange exchange, string limit) => Slot.Set(exchange, limit);
}
