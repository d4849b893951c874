using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Caching;

/// <summary>What an <see cref="EntryStore{TEntry}"/> keeps.</summary>
internal abstract class CacheEntry
{
    /// <summary>What it is found by.</summary>
    public required string Key { get; init; }

    /// <summary>The timestamp (<see cref="TimeProvider.GetTimestamp"/>) after which it is no longer kept.</summary>
    public required long KeptUntil { get; init; }

    /// <summary>Roughly what it takes in memory.</summary>
    public long Size => field != 0 ? field : field = Measure();

    /// <summary>It was served since the eviction hand last passed.</summary>
    public bool Served { get; set; }

    /// <summary>Where the eviction ring holds it. Emptied when it leaves the store, so that the ring keeps nothing large alive until it comes by.</summary>
    public StrongBox<CacheEntry?>? Place { get; set; }

    protected abstract long Measure();
}
