using System.Collections.Concurrent;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>The responses of one store, those on their way into it, and what came of requests.</summary>
internal sealed class HttpCacheStore(TimeProvider time, long budget) : EntryStore<CacheEntry>(time, budget), IMetricsSource, ICachePurge
{
    private static readonly string[] ResultNames = ["hit", "stale", "revalidated", "miss", "bypass"];

    private readonly StripedCounters results = new(ResultNames.Length + 1);

    /// <summary>The requests that are upstream for a response that others wait for, by its key.</summary>
    public ConcurrentDictionary<string, Fill> Fills { get; } = new(StringComparer.Ordinal);

    /// <summary>The response to what the exchange asks for, fresh or not.</summary>
    /// <param name="key">The resource; has the variant behind it afterwards, if there is one.</param>
    public CachedResponse? Find(Exchange exchange, ref ResourceKey key, bool byConsumer)
    {
        var now = Time.GetTimestamp();
        var entry = Find(key.Text, now);
        if (entry is VariantNames names)
        {
            key.WriteVariant(exchange, names, byConsumer);
            return Find(key.Text, now) as CachedResponse;
        }

        return entry is CachedResponse found && found.Route == (exchange.Route?.Config.Id ?? default) && found.Consumer == ConsumerOf(exchange, byConsumer)
            ? found
            : null;
    }

    public static Guid ConsumerOf(Exchange exchange, bool byConsumer) =>
        byConsumer ? exchange.Consumer?.Config.Id ?? exchange.Credential?.Id ?? default : default;

    /// <summary>Notes what came of a request, for <c>/metrics</c>.</summary>
    public void Note(int stripe, HttpCacheResult result) => results.Add(stripe, (int)result, 1);

    /// <summary>Notes that a request waited for another's response.</summary>
    public void NoteCollapsed(int stripe) => results.Add(stripe, ResultNames.Length, 1);

    /// <inheritdoc/>
    public int PurgeKey(string url) => RemoveAll(e => ResourceOf(e).SequenceEqual(url));

    /// <inheritdoc/>
    public int PurgePrefix(string prefix) => RemoveAll(e => ResourceOf(e).StartsWith(prefix, StringComparison.Ordinal));

    /// <inheritdoc/>
    public int PurgeTag(string tag) => RemoveAll(e => e is CachedResponse response && response.Tags.Contains(tag, StringComparer.Ordinal));

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_http_cache_requests_total", "counter", "Requests that an http-cache was asked for, by what came of them.");
        for (var i = 0; i < ResultNames.Length; i++) text.Sample("gateway_http_cache_requests_total", results.Sum(i), ("cache", Name), ("result", ResultNames[i]));
        text.Family("gateway_http_cache_collapsed_total", "counter", "Requests that waited for the response to another one.")
            .Sample("gateway_http_cache_collapsed_total", results.Sum(ResultNames.Length), ("cache", Name));
        WriteSizeTo(text);
    }

    private static ReadOnlySpan<char> ResourceOf(CacheEntry entry) => entry is CachedResponse response ? response.Resource : entry.Key;
}

/// <summary>What came of a request that an http-cache was asked for.</summary>
internal enum HttpCacheResult { Hit, Stale, Revalidated, Miss, Bypass }
