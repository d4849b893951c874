namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>How many of some units lie between two points, counted as on a calendar.</summary>
internal static class DateTimeDiff
{
    public static JsDuration Between(JsDateTime earlier, JsDateTime later, IReadOnlyList<TimeUnit> units)
    {
        var results = new double?[TimeUnits.Count];
        var (cursor, beyond) = (earlier, earlier);
        TimeUnit? lowest = null;
        for (var unit = TimeUnit.Year; unit <= TimeUnit.Day; unit++)
        {
            if (!units.Contains(unit)) continue;
            lowest = unit;
            results[(int)unit] = Roughly(unit, cursor, later);
            var next = earlier.Plus(new JsDuration(results));
            beyond = next;
            if (next.Milliseconds > later.Milliseconds)
            {
                results[(int)unit]--;
                next = earlier.Plus(new JsDuration(results));
                if (next.Milliseconds > later.Milliseconds)
                {
                    beyond = next;
                    results[(int)unit]--;
                    next = earlier.Plus(new JsDuration(results));
                }
            }

            cursor = next;
        }

        var remaining = later.Milliseconds - cursor.Milliseconds;
        var shorter = units.Where(u => u > TimeUnit.Day).ToList();
        if (shorter.Count > 0) return JsDuration.Of(TimeUnit.Millisecond, remaining).ShiftTo(shorter).Add(new JsDuration(results));
        if (lowest is { } last)
        {
            // A part of a month is a part of the month that it lies in, up to where the next whole one would end.
            if (beyond.Milliseconds < later.Milliseconds) beyond = cursor.Plus(last, 1);
            var whole = beyond.Milliseconds - cursor.Milliseconds;
            if (whole != 0) results[(int)last] += remaining / whole;
        }

        return new JsDuration(results);
    }

    private static double Roughly(TimeUnit unit, JsDateTime from, JsDateTime to)
    {
        CalendarFields a = from.Fields, b = to.Fields;
        double days = b.DayNumber - a.DayNumber;
        return unit switch
        {
            TimeUnit.Year => b.Year - a.Year,
            TimeUnit.Quarter => (b.Month - 1) / 3 - (a.Month - 1) / 3 + (b.Year - a.Year) * 4,
            TimeUnit.Month => b.Month - a.Month + (b.Year - a.Year) * 12,
            TimeUnit.Week => (days - days % 7) / 7,
            _ => days,
        };
    }
}
