using System.Numerics;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>
/// Counts of requests by caller and window. Counts are exact: a request is checked against all its windows and counted in them under one lock.
/// Survives reloads as a shared resource.
/// </summary>
/// <remarks>
/// Callers are spread over shards, each with its own lock and one table per kind of window, so that a million callers cost some tens of megabytes
/// and give the garbage collector nothing to walk. See <see cref="CounterTable"/> for how old windows go and what happens when it is full.
/// </remarks>
internal sealed class RequestCounters : IMetricsSource
{
    private const int ShardBits = 6;

    private readonly Shard?[] shards = new Shard[1 << ShardBits];
    private readonly LimitDecisions decisions = new();
    private readonly int maxSlots;

    /// <param name="maxCallers">How many callers are told apart per kind of window, about; the memory bound, at 24 bytes each.</param>
    public RequestCounters(int maxCallers = 4 * 1024 * 1024) =>
        maxSlots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(maxCallers >> ShardBits, CounterTable.MinSlots));

    /// <summary>How many slots exist, for tests of the memory bound.</summary>
    internal long Capacity => shards.Sum(s => s?.Capacity ?? 0);

    /// <summary>
    /// Counts one request of <paramref name="caller"/> in every window that has a limit, unless one of them is used up: then in none.
    /// </summary>
    /// <param name="caller">Who.</param>
    /// <param name="windows">The kinds of window that have a limit.</param>
    /// <param name="limits">Their limits, in the same order.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="counts">Receives how many requests had been counted before this one, in the same order.</param>
    /// <returns>The place in <paramref name="windows"/> of the longest window that is used up; -1 when the request was counted.</returns>
    public int TryCount(Caller caller, ReadOnlySpan<Window> windows, ReadOnlySpan<double> limits, long now, Span<uint> counts)
    {
        var hash = caller.Hash();
        var shard = ShardFor(hash);
        Span<int> places = stackalloc int[windows.Length];
        var full = -1;
        lock (shard.Lock)
        {
            for (var i = 0; i < windows.Length; i++)
            {
                places[i] = shard[windows[i].Index].Find(caller, hash, windows[i].NumberAt(now), out counts[i]);
                if (counts[i] >= limits[i]) full = i;
            }

            if (full >= 0) return full;
            for (var i = 0; i < windows.Length; i++) shard[windows[i].Index].Increment(places[i], caller, hash, windows[i].NumberAt(now));
        }

        return -1;
    }

    /// <summary>Counts <paramref name="amount"/> of <paramref name="caller"/> in every window, whatever has been counted.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="windows">The kinds of window.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="amount">How much; 0 only looks.</param>
    /// <param name="counts">Receives how much had been counted before, in the order of <paramref name="windows"/>.</param>
    public void Add(Caller caller, ReadOnlySpan<Window> windows, long now, uint amount, Span<uint> counts)
    {
        var hash = caller.Hash();
        var shard = ShardFor(hash);
        lock (shard.Lock)
            for (var i = 0; i < windows.Length; i++)
            {
                var (table, number) = (shard[windows[i].Index], windows[i].NumberAt(now));
                var place = table.Find(caller, hash, number, out counts[i]);
                if (amount > 0) table.Increment(place, caller, hash, number, amount);
            }
    }

    /// <summary>Notes what came of a check, for <c>/metrics</c>.</summary>
    public void Note(int stripe, bool refused) => decisions.Note(stripe, refused);

    /// <summary>Notes that a check was held against these counts because the shared ones were away.</summary>
    public void NoteAway(int stripe) => decisions.NoteAway(stripe);

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) => decisions.WriteTo(text, runtime);

    /// <summary>Made when first needed: thousands of routes may have counters of their own, most of them with few callers.</summary>
    private Shard ShardFor(ulong hash)
    {
        ref var shard = ref shards[hash >>> (64 - ShardBits)];
        return Volatile.Read(ref shard) ?? Interlocked.CompareExchange(ref shard, new Shard(maxSlots), null) ?? shard;
    }

    private sealed class Shard(int maxSlots)
    {
        private readonly CounterTable?[] tables = new CounterTable?[Window.All.Count];

        public Lock Lock { get; } = new();

        public long Capacity => tables.Sum(t => (long)(t?.Capacity ?? 0));

        public CounterTable this[int window] => tables[window] ??= new CounterTable(maxSlots);
    }
}
