using Sluice.Gateway.Caching;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>The responses of one dictionary.</summary>
internal sealed class ResponseStore : EntryStore<StoredResponse>, IMetricsSource
{
    /// <summary>Bytes that one store may take: the size of Kong's default dictionary.</summary>
    public const long DefaultBudget = 128L * 1024 * 1024;

    private static readonly string[] ResultNames = ["hit", "miss", "refresh", "bypass"];

    private readonly StripedCounters results = new(ResultNames.Length);

    public ResponseStore(TimeProvider time, long budget = DefaultBudget)
        : base(time, budget) => MaxBody = (int)Math.Min(budget / 8, int.MaxValue);

    /// <summary>The largest body that is stored.</summary>
    public int MaxBody { get; }

    /// <summary>Notes what came of a request, for <c>/metrics</c>.</summary>
    public void Note(int stripe, CacheResult result) => results.Add(stripe, (int)result, 1);

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_cache_requests_total", "counter", "Requests that a cache was asked for: answered from it, not there, too old, not cacheable.");
        for (var i = 0; i < ResultNames.Length; i++) text.Sample("gateway_cache_requests_total", results.Sum(i), ("cache", Name), ("result", ResultNames[i]));
        WriteSizeTo(text);
    }

    /// <summary>The response whose public key is <paramref name="publicKey"/>, for the Admin API.</summary>
    public StoredResponse? Get(string publicKey)
    {
        var now = Time.GetTimestamp();
        return All.FirstOrDefault(e => string.Equals(e.PublicKey, publicKey, StringComparison.Ordinal) && now < e.KeptUntil);
    }

    /// <summary>Removes the response whose public key is <paramref name="publicKey"/>; false when there is none.</summary>
    public bool Delete(string publicKey) => Get(publicKey) is { } entry && Remove(entry.Key);
}

/// <summary>What came of a request that a cache was asked for.</summary>
internal enum CacheResult { Hit, Miss, Refresh, Bypass }
