using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>One thing that upstreams count, with its limits and its counts.</summary>
internal sealed class UsageLimit
{
    private readonly Window[] windows;
    private readonly double[] limits;
    private readonly StringValues[] limitTexts;
    private readonly string[] limitFields;
    private readonly string[] remainingFields;
    private readonly string remainingField;
    private readonly RequestCounters counters;

    public UsageLimit(string name, UsageLimits config, RequestCounters counters)
    {
        Name = name;
        this.counters = counters;
        windows = [.. Window.All.Where(w => config.Limits[w.Index] is not null)];
        limits = [.. windows.Select(w => config.Limits[w.Index]!.Value)];
        limitTexts = [.. limits.Select(l => new StringValues(Decimals.Of(l)))];
        limitFields = [.. windows.Select(w => $"X-RateLimit-Limit-{name}-{w.Name}")];
        remainingFields = [.. windows.Select(w => $"X-RateLimit-Remaining-{name}-{w.Name}")];
        remainingField = $"X-RateLimit-Remaining-{name}";
        Refusal = ResponseRateLimitingErrors.LimitExceeded(name).Answer;
    }

    public string Name { get; }

    /// <summary>Those that have a limit.</summary>
    public IReadOnlyList<Window> Windows => windows;

    public Answer Refusal { get; }

    /// <summary>Whether one of the caller's windows has nothing left.</summary>
    /// <param name="shared">What all nodes have counted; null for this node's own counts.</param>
    public bool IsUsedUp(Caller caller, long now, uint[]? shared)
    {
        Span<uint> counts = stackalloc uint[windows.Length];
        if (shared is null) counters.Add(caller, windows, now, 0, counts);
        else shared.CopyTo(counts);
        for (var i = 0; i < counts.Length; i++)
            if (counts[i] >= limits[i])
                return true;
        return false;
    }

    /// <summary>Counts what a response has used and tells the client what is left.</summary>
    /// <param name="exchange">The response.</param>
    /// <param name="caller">Whose.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="amount">What it has used.</param>
    /// <param name="count">Whether it is counted; else it is only told of.</param>
    /// <param name="tell">Whether the client is told of each window.</param>
    /// <param name="shared">What all nodes have counted before; null for this node's own counts. What this response has used is counted here either way.</param>
    public void Use(Exchange exchange, Caller caller, long now, uint amount, bool count, bool tell, uint[]? shared)
    {
        Span<uint> counts = stackalloc uint[windows.Length];
        counters.Add(caller, windows, now, count ? amount : 0, counts);
        shared?.CopyTo(counts);
        var headers = exchange.Response.Headers;
        var least = double.MaxValue;
        for (var i = 0; i < windows.Length; i++)
        {
            var left = limits[i] - counts[i];
            least = Math.Min(least, left);
            if (!tell) continue;
            headers[limitFields[i]] = limitTexts[i];
            headers[remainingFields[i]] = Decimals.Of(Math.Max(0, left - amount));
        }

        headers[remainingField] = Decimals.Of(least);
    }
}
