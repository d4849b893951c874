using System.Numerics;

namespace Sluice.Workflows.Schedules;

/// <summary>
/// Points in time as crontab says them, with five fields or with seconds before them: <c>*</c>, lists, ranges, steps, names, <c>?</c>, <c>L</c>, <c>W</c>, <c>#</c>, and
/// <c>@daily</c> and its kin.
/// </summary>
/// <remarks>
/// Where clocks are put forward, what falls into the hour that is skipped happens when it is over. Where they are put back, what is said with a star, a range
/// or a step happens in both hours, and a fixed time once.
/// </remarks>
internal sealed class CronExpression
{
    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly CronDays _days;
    private readonly bool _isInterval;

    private CronExpression(string[] fields, bool either)
    {
        _seconds = CronField.Seconds.Parse(fields[0], out var everySecond);
        _minutes = CronField.Minutes.Parse(fields[1], out var everyMinute);
        _hours = CronField.Hours.Parse(fields[2], out var everyHour);
        _days = new CronDays(fields[3], fields[4], fields[5], either);
        _isInterval = everySecond || everyMinute || everyHour;
    }

    /// <param name="either">Where both the day of the month and of the week are restricted, whether one is enough, as in crontab.</param>
    /// <returns>The expression, or what is wrong with the text.</returns>
    public static (CronExpression? Expression, string? Problem) Parse(string text, bool either = true)
    {
        try
        {
            var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields is [['@', ..] macro]) fields = Macro(macro).Split(' ');
            if (fields.Length == 5) fields = ["0", .. fields];
            return fields.Length == 6 ? (new CronExpression(fields, either), null) : (null, $"a cron expression has five fields, or six with seconds, not {fields.Length}");
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>The first point in time after another, in a zone; null when there is none for a hundred years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        // Whole seconds are all there is.
        var from = new DateTimeOffset(after.UtcTicks - after.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero).AddSeconds(1);
        var local = TimeZoneInfo.ConvertTime(from, zone).DateTime;

        // Right before a gap the next second of the clock is one that is skipped; what is due in the gap is still to come then.
        var skipped = TimeZoneInfo.ConvertTime(from.AddSeconds(-1), zone).DateTime.AddSeconds(1);
        if (LocalTimes.IsSkipped(zone, skipped)) local = skipped;
        if (LocalTimes.Offsets(zone, local) is ({ } early, { } late))
        {
            var end = Edge(local, 1, zone, LocalTimes.IsAmbiguous);
            if (zone.GetUtcOffset(from) == early)
            {
                if (Search(local, end) is { } first) return new DateTimeOffset(first, early);
                local = Edge(local, -1, zone, LocalTimes.IsAmbiguous);
            }

            if (_isInterval && Search(local, end) is { } second) return new DateTimeOffset(second, late);
            local = end;
        }

        if (Search(local, DateTime.MaxValue) is not { } found) return null;
        if (LocalTimes.Offsets(zone, found).Early is { } offset) return new DateTimeOffset(found, offset);
        var over = Edge(found, 1, zone, LocalTimes.IsSkipped);
        return new DateTimeOffset(over, LocalTimes.Offsets(zone, over).Early ?? zone.BaseUtcOffset);
    }

    /// <summary>The first local time at or after <paramref name="from"/> and before <paramref name="end"/>.</summary>
    private DateTime? Search(DateTime from, DateTime end)
    {
        if (_days.OnOrAfter(DateOnly.FromDateTime(from)) is not { } day) return null;
        var time = day == DateOnly.FromDateTime(from) ? TimeOnOrAfter(from.Hour, from.Minute, from.Second) : TimeOnOrAfter(0, 0, 0);
        if (time is null)
        {
            if (_days.OnOrAfter(day.AddDays(1)) is not { } later) return null;
            (day, time) = (later, TimeOnOrAfter(0, 0, 0));
        }

        var found = day.ToDateTime(TimeOnly.MinValue) + time!.Value;
        return found < end ? found : null;
    }

    private TimeSpan? TimeOnOrAfter(int hour, int minute, int second)
    {
        if (At(_hours, hour) == hour)
        {
            if (At(_minutes, minute) == minute && At(_seconds, second) is { } s) return new TimeSpan(hour, minute, s);
            if (At(_minutes, minute + 1) is { } m) return new TimeSpan(hour, m, At(_seconds, 0)!.Value);
        }

        return At(_hours, hour + 1) is { } h ? new TimeSpan(h, At(_minutes, 0)!.Value, At(_seconds, 0)!.Value) : null;
    }

    private static int? At(ulong bits, int from)
    {
        var rest = from > 63 ? 0 : bits >> from;
        return rest == 0 ? null : from + BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>How far a stretch of local times of which something holds reaches: its first time, or the first that is no longer in it. Zones change by whole minutes.</summary>
    private static DateTime Edge(DateTime local, int direction, TimeZoneInfo zone, Func<TimeZoneInfo, DateTime, bool> holds)
    {
        var minute = new DateTime(local.Ticks - local.Ticks % TimeSpan.TicksPerMinute);
        if (direction > 0)
        {
            do minute = minute.AddMinutes(1);
            while (holds(zone, minute));
            return minute;
        }

        while (holds(zone, minute.AddMinutes(-1))) minute = minute.AddMinutes(-1);
        return minute;
    }

    private static string Macro(string macro) => macro.ToLowerInvariant() switch
    {
        "@every_second" => "* * * * * *",
        "@every_minute" => "* * * * *",
        "@hourly" => "0 * * * *",
        "@daily" or "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" or "@annually" => "0 0 1 1 *",
        _ => throw new FormatException($"'{macro}' is not known"),
    };
}
