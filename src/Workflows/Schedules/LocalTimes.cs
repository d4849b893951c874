namespace Sluice.Workflows.Schedules;

/// <summary>Which points in time a local time means: one, none where clocks were put forward, two where they were put back.</summary>
/// <remarks>Asked of the offsets at points in time, which are always right; what the framework says of local times is not, where clocks change at midnight.</remarks>
internal static class LocalTimes
{
    public static bool IsSkipped(TimeZoneInfo zone, DateTime local) => Offsets(zone, local) is (null, null);

    public static bool IsAmbiguous(TimeZoneInfo zone, DateTime local) => Offsets(zone, local) is (not null, not null);

    /// <summary>The offsets that the local time can have: the earlier point in time's first. Null for none.</summary>
    public static (TimeSpan? Early, TimeSpan? Late) Offsets(TimeZoneInfo zone, DateTime local)
    {
        var utc = DateTime.SpecifyKind(local, DateTimeKind.Utc);
        if (utc.Year is <= 1 or >= 9999) return (TimeSpan.Zero, null);
        var before = zone.GetUtcOffset(utc.AddDays(-1));
        var after = zone.GetUtcOffset(utc.AddDays(1));
        TimeSpan? early = zone.GetUtcOffset(utc - before) == before ? before : null;
        TimeSpan? late = after != before && zone.GetUtcOffset(utc - after) == after ? after : null;
        return early is null ? (late, null) : (early, late);
    }
}
