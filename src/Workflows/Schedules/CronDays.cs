namespace Sluice.Workflows.Schedules;

/// <summary>Which days a cron expression means: its fields for days of the month, months and days of the week.</summary>
internal sealed class CronDays
{
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _either;

    /// <summary>Counted back from the last day of the month; -1 when that is not said.</summary>
    private readonly int _fromLast = -1;

    /// <summary>The working day that is nearest to the day.</summary>
    private readonly bool _nearestWorkday;

    /// <summary>Which of the month's days of that name: 1 to 5, 6 for the last; 0 for any.</summary>
    private readonly int _occurrence;

    /// <param name="either">Where both the day of the month and of the week are restricted, whether one is enough, as in crontab; otherwise both must fit.</param>
    /// <exception cref="FormatException">A field is not valid.</exception>
    public CronDays(string days, string months, string weekdays, bool either)
    {
        _months = CronField.Months.Parse(months, out _);
        var anyDay = days is "*" or "?";
        var anyWeekday = weekdays is "*" or "?";
        _either = either && !anyDay && !anyWeekday;

        var upper = days.ToUpperInvariant();
        _nearestWorkday = upper.EndsWith('W');
        var day = _nearestWorkday ? upper[..^1] : upper;
        if (day.StartsWith('L'))
        {
            _fromLast = day.Length == 1 ? 0 : day[1] == '-' ? CronField.Days.Number(day.AsSpan(2), 0, 30) : throw CronField.Days.Wrong($"'{days}' is none");
        }
        else
        {
            _days = day is "?" && !_nearestWorkday ? CronField.Days.All : CronField.Days.Parse(day, out _);
            if (_nearestWorkday && System.Numerics.BitOperations.PopCount(_days) != 1 | day.AsSpan().ContainsAny(",-/*")) throw CronField.Days.Wrong("W stands behind a single day");
        }

        if (anyWeekday)
        {
            _weekdays = 0x7f;
            return;
        }

        var hash = weekdays.IndexOf('#', StringComparison.Ordinal);
        if (hash > 0)
        {
            _weekdays = 1UL << CronField.Weekdays.Value(weekdays.AsSpan(0, hash));
            _occurrence = CronField.Weekdays.Number(weekdays.AsSpan(hash + 1), 1, 5);
            if (weekdays.Length != hash + 2) throw CronField.Weekdays.Wrong($"'{weekdays}' is none");
        }
        else if (weekdays.Length > 1 && weekdays[^1] is 'L' or 'l')
        {
            _weekdays = 1UL << CronField.Weekdays.Value(weekdays.AsSpan(0, weekdays.Length - 1));
            _occurrence = 6;
        }
        else _weekdays = CronField.Weekdays.Parse(weekdays, out _);

        // Sunday is 0 and 7.
        if ((_weekdays & 0x80) != 0) _weekdays = (_weekdays | 1) & 0x7f;
    }

    /// <summary>The first day on or after the given one; null when there is none for a hundred years.</summary>
    public DateOnly? OnOrAfter(DateOnly day)
    {
        var last = day.Year > 9890 ? DateOnly.MaxValue.AddDays(-31) : day.AddYears(100);
        while (day <= last)
        {
            if ((_months >> day.Month & 1) == 0) day = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
            else if (Matches(day)) return day;
            else day = day.AddDays(1);
        }

        return null;
    }

    private bool Matches(DateOnly day) => _either ? FitsMonth(day) || FitsWeek(day) : FitsMonth(day) && FitsWeek(day);

    private bool FitsMonth(DateOnly day)
    {
        var length = DateTime.DaysInMonth(day.Year, day.Month);
        if (!_nearestWorkday) return _fromLast >= 0 ? day.Day == length - _fromLast : (_days >> day.Day & 1) != 0;
        var wanted = _fromLast >= 0 ? length - _fromLast : System.Numerics.BitOperations.TrailingZeroCount(_days);
        if (wanted < 1 || wanted > length) return false;

        // Never in another month: a first that is a Saturday is moved to the Monday.
        var nearest = new DateOnly(day.Year, day.Month, wanted).DayOfWeek switch
        {
            DayOfWeek.Saturday => wanted == 1 ? 3 : wanted - 1,
            DayOfWeek.Sunday => wanted == length ? wanted - 2 : wanted + 1,
            _ => wanted,
        };
        return day.Day == nearest;
    }

    private bool FitsWeek(DateOnly day) => (_weekdays >> (int)day.DayOfWeek & 1) != 0 && _occurrence switch
    {
        0 => true,
        6 => day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month),
        var which => (day.Day - 1) / 7 + 1 == which,
    };
}
