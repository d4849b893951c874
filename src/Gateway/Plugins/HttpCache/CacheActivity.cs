using System.Collections.Concurrent;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>What goes on around one store on this node: responses on their way into it, and what came of requests.</summary>
/// <param name="name">The store's.</param>
internal sealed class CacheActivity(string name) : IMetricsSource
{
    private static readonly string[] ResultNames = ["hit", "stale", "revalidated", "miss", "bypass"];

    private readonly StripedCounters results = new(ResultNames.Length + 1);

    /// <summary>The requests that are upstream for a response that others wait for, by its key.</summary>
    public ConcurrentDictionary<string, Fill> Fills { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests that waited for another's response.</summary>
    public long Collapsed => results.Sum(ResultNames.Length);

    /// <summary>Notes what came of a request, for <c>/metrics</c>.</summary>
    public void Note(int stripe, HttpCacheResult result) => results.Add(stripe, (int)result, 1);

    /// <summary>Notes that a request waited for another's response.</summary>
    public void NoteCollapsed(int stripe) => results.Add(stripe, ResultNames.Length, 1);

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family("gateway_http_cache_requests_total", "counter", "Requests that an http-cache was asked for, by what came of them.");
        for (var i = 0; i < ResultNames.Length; i++) text.Sample("gateway_http_cache_requests_total", results.Sum(i), ("cache", name), ("result", ResultNames[i]));
        text.Family("gateway_http_cache_collapsed_total", "counter", "Requests that waited for the response to another one.")
            .Sample("gateway_http_cache_collapsed_total", Collapsed, ("cache", name));
    }
}

/// <summary>What came of a request that an http-cache was asked for.</summary>
internal enum HttpCacheResult { Hit, Stale, Revalidated, Miss, Bypass }
