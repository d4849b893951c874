using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>
/// Responses in memory, up to a number of bytes. Reading takes no lock. Writing makes room with a second-chance clock, and each write also
/// looks at a few of the oldest entries, so that expired ones leave without a timer.
/// </summary>
internal sealed class ResponseStore : IMetricsSource
{
    /// <summary>Bytes that one store may take: the size of Kong's default dictionary.</summary>
    public const long DefaultBudget = 128L * 1024 * 1024;

    private const int LooksPerWrite = 2;
    private const int MaxSecondChances = 32;

    private static readonly string[] ResultNames = ["hit", "miss", "refresh", "bypass"];

    private readonly long budget;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, StoredResponse> entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StoredResponse>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Queue<StrongBox<StoredResponse?>> ring = new();
    private readonly Lock writing = new();
    private readonly StripedCounters results = new(ResultNames.Length);
    private long bytes;

    public ResponseStore(TimeProvider time, long budget = DefaultBudget)
    {
        this.time = time;
        this.budget = budget;
        MaxBody = (int)Math.Min(budget / 8, int.MaxValue);
        lookup = entries.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>For <c>/metrics</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The largest body that is stored.</summary>
    public int MaxBody { get; }

    /// <summary>Bytes taken.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public int Count => entries.Count;

    /// <summary>Notes what came of a request, for <c>/metrics</c>.</summary>
    public void Note(int stripe, CacheResult result) => results.Add(stripe, (int)result, 1);

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_cache_requests_total", "counter", "Requests that a cache was asked for: answered from it, not there, too old, not cacheable.");
        for (var i = 0; i < ResultNames.Length; i++) text.Sample("gateway_cache_requests_total", results.Sum(i), ("cache", Name), ("result", ResultNames[i]));
        text.Family("gateway_cache_bytes", "gauge", "Memory that the responses of a cache take.").Sample("gateway_cache_bytes", Bytes, ("cache", Name));
        text.Family("gateway_cache_entries", "gauge", "Responses in a cache.").Sample("gateway_cache_entries", Count, ("cache", Name));
    }

    /// <summary>The response under <paramref name="key"/>, fresh or stale; null when there is none or it is past its time in the store.</summary>
    public StoredResponse? Find(ReadOnlySpan<char> key, long now)
    {
        if (!lookup.TryGetValue(key, out var entry) || now >= entry.KeptUntil) return null;
        if (!entry.Served) entry.Served = true;
        return entry;
    }

    /// <summary>Stores <paramref name="entry"/> in place of what its key had, and makes room for it.</summary>
    public void Put(StoredResponse entry)
    {
        if (entry.Size > budget) return;
        var now = time.GetTimestamp();
        lock (writing)
        {
            if (entries.TryGetValue(entry.Key, out var old)) Remove(old);
            entries[entry.Key] = entry;
            bytes += entry.Size;
            ring.Enqueue(entry.Place = new StrongBox<StoredResponse?>(entry));
            DropExpired(now);
            MakeRoom(now);
        }
    }

    /// <summary>The response whose public key is <paramref name="publicKey"/>, for the Admin API.</summary>
    public StoredResponse? Get(string publicKey)
    {
        var now = time.GetTimestamp();
        return entries.Values.FirstOrDefault(e => string.Equals(e.PublicKey, publicKey, StringComparison.Ordinal) && now < e.KeptUntil);
    }

    /// <summary>Removes the response whose public key is <paramref name="publicKey"/>; false when there is none.</summary>
    public bool Delete(string publicKey)
    {
        lock (writing)
        {
            if (Get(publicKey) is not { } entry) return false;
            Remove(entry);
            return true;
        }
    }

    /// <summary>Removes everything.</summary>
    public void Purge()
    {
        lock (writing)
        {
            entries.Clear();
            ring.Clear();
            bytes = 0;
        }
    }

    private void DropExpired(long now)
    {
        for (var i = Math.Min(LooksPerWrite, ring.Count); i > 0; i--)
        {
            var place = ring.Dequeue();
            if (place.Value is not { } oldest) continue;
            if (now >= oldest.KeptUntil) Remove(oldest);
            else ring.Enqueue(place);
        }
    }

    private void MakeRoom(long now)
    {
        var chances = MaxSecondChances;
        while (bytes > budget && ring.TryDequeue(out var place))
        {
            if (place.Value is not { } candidate) continue;
            if (candidate.Served && now < candidate.KeptUntil && chances-- > 0)
            {
                candidate.Served = false;
                ring.Enqueue(place);
                continue;
            }

            Remove(candidate);
        }
    }

    private void Remove(StoredResponse entry)
    {
        if (entry.Place is { } place) place.Value = null;
        if (entries.TryRemove(new(entry.Key, entry))) bytes -= entry.Size;
    }
}

/// <summary>What came of a request that a cache was asked for.</summary>
internal enum CacheResult { Hit, Miss, Refresh, Bypass }
