using System.Globalization;

namespace Sluice.Gateway.Plugins.Statsd;

/// <summary>
/// Kong's gauges of its shared memory, at most once a minute. Sluice keeps all of it in the one heap of its process, so that each of Kong's names
/// tells of that: how much it may hold, and how much of that is free.
/// </summary>
internal sealed class MemoryUsage(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private long? sentAt;

    /// <summary>Kong's names of its shared memory.</summary>
    public static IReadOnlyList<string> Stores { get; } =
    [
        "kong", "kong_cluster_events", "kong_core_db_cache", "kong_core_db_cache_miss", "kong_db_cache", "kong_db_cache_miss", "kong_healthchecks",
        "kong_locks", "kong_rate_limiting_counters", "kong_secrets", "prometheus_metrics",
    ];

    /// <summary>Whether the gauges are to be sent now; then they are not due for the next minute.</summary>
    public bool IsDue()
    {
        lock (gate)
        {
            if (sentAt is { } before && time.GetElapsedTime(before) < Interval) return false;
            sentAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>In bytes.</summary>
    public static (string Capacity, string Free) Read()
    {
        var memory = GC.GetGCMemoryInfo();
        var capacity = memory.TotalAvailableMemoryBytes;
        var free = Math.Max(0, capacity - GC.GetTotalMemory(forceFullCollection: false));
        return (capacity.ToString(CultureInfo.InvariantCulture), free.ToString(CultureInfo.InvariantCulture));
    }
}
