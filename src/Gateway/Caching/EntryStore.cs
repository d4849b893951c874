using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Caching;

/// <summary>
/// Entries in memory, up to a number of bytes. Reading takes no lock. Writing makes room with a second-chance clock, and each write also
/// looks at a few of the oldest entries, so that expired ones leave without a timer.
/// </summary>
internal class EntryStore<TEntry>
    where TEntry : CacheEntry
{
    private const int LooksPerWrite = 2;
    private const int MaxSecondChances = 32;

    private readonly long budget;
    private readonly ConcurrentDictionary<string, TEntry> entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TEntry>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Queue<StrongBox<CacheEntry?>> ring = new();
    private readonly Lock writing = new();
    private long bytes;

    /// <param name="budget">Bytes that all entries together may take.</param>
    public EntryStore(TimeProvider time, long budget)
    {
        Time = time;
        this.budget = budget;
        lookup = entries.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>For <c>/metrics</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes taken.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    public int Count => entries.Count;

    protected TimeProvider Time { get; }

    /// <summary>All entries, those past their time too.</summary>
    protected IEnumerable<TEntry> All => entries.Values;

    /// <summary>The entry under <paramref name="key"/>; null when there is none or it is past its time in the store.</summary>
    public TEntry? Find(ReadOnlySpan<char> key, long now)
    {
        if (!lookup.TryGetValue(key, out var entry) || now >= entry.KeptUntil) return null;
        if (!entry.Served) entry.Served = true;
        return entry;
    }

    /// <summary>Stores <paramref name="entry"/> in place of what its key had, and makes room for it.</summary>
    /// <returns>Whether it is there now; not when it is larger than the budget.</returns>
    public bool Put(TEntry entry)
    {
        if (entry.Size > budget) return false;
        var now = Time.GetTimestamp();
        lock (writing)
        {
            if (entries.TryGetValue(entry.Key, out var old)) Remove(old);
            entries[entry.Key] = entry;
            bytes += entry.Size;
            ring.Enqueue(entry.Place = new StrongBox<CacheEntry?>(entry));
            DropExpired(now);
            MakeRoom(now);
        }

        return true;
    }

    /// <summary>Removes those that <paramref name="chosen"/> says, looking at every one: for an operator, not for requests.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveAll(Func<TEntry, bool> chosen)
    {
        var removed = 0;
        foreach (var entry in entries.Values)
        {
            if (!chosen(entry)) continue;
            lock (writing)
                if (Remove(entry)) removed++;
        }

        return removed;
    }

    /// <summary>Removes the entry under <paramref name="key"/>, if there is one.</summary>
    public bool Remove(string key)
    {
        lock (writing) return entries.TryGetValue(key, out var entry) && Remove(entry);
    }

    /// <summary>Removes everything.</summary>
    /// <returns>How many entries there were.</returns>
    public int Purge()
    {
        lock (writing)
        {
            var removed = entries.Count;
            entries.Clear();
            ring.Clear();
            bytes = 0;
            return removed;
        }
    }

    protected void WriteSizeTo(PrometheusText text) => EntrySizes.WriteTo(text, Name, Bytes, Count);

    private void DropExpired(long now)
    {
        for (var i = Math.Min(LooksPerWrite, ring.Count); i > 0; i--)
        {
            var place = ring.Dequeue();
            if (place.Value is not TEntry oldest) continue;
            if (now >= oldest.KeptUntil) Remove(oldest);
            else ring.Enqueue(place);
        }
    }

    private void MakeRoom(long now)
    {
        var chances = MaxSecondChances;
        while (bytes > budget && ring.TryDequeue(out var place))
        {
            if (place.Value is not TEntry candidate) continue;
            if (candidate.Served && now < candidate.KeptUntil && chances-- > 0)
            {
                candidate.Served = false;
                ring.Enqueue(place);
                continue;
            }

            Remove(candidate);
        }
    }

    private bool Remove(TEntry entry)
    {
        if (entry.Place is { } place) place.Value = null;
        if (!entries.TryRemove(new(entry.Key, entry))) return false;
        bytes -= entry.Size;
        return true;
    }
}
