using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>A date and a time of day, in some zone.</summary>
internal readonly record struct CalendarFields(long Year, int Month, int Day, int Hour, int Minute, int Second, int Millisecond)
{
    public const double DayLength = 86_400_000;

    /// <summary>Monday is 1, Sunday 7.</summary>
    public int Weekday => (int)(((DayNumber + 3) % 7 + 7) % 7) + 1;

    /// <summary>January 1st is 1.</summary>
    public int Ordinal => (int)(DayNumber - IsoText.DaysFromCivil(Year, 1, 1)) + 1;

    public long DayNumber => IsoText.DaysFromCivil(Year, Month, Day);

    public static CalendarFields FromLocal(double local)
    {
        var day = (long)Math.Floor(local / DayLength);
        var rest = (int)(local - day * DayLength);
        var (year, month, dayOfMonth) = IsoText.CivilFromDays(day);
        return new(year, month, dayOfMonth, rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    }

    /// <summary>Milliseconds since 1970 in its own zone.</summary>
    public double ToLocal() => DayNumber * DayLength + Hour * 3_600_000.0 + Minute * 60_000.0 + Second * 1000.0 + Millisecond;

    /// <summary>Milliseconds of fields that may run over, such as month 13 or day 0; NaN when they are out of reach.</summary>
    /// <param name="month">January is 0.</param>
    public static double Make(double year, double month, double day, double hour = 0, double minute = 0, double second = 0, double millisecond = 0)
    {
        if (!double.IsFinite(year + month + day + hour + minute + second + millisecond)) return double.NaN;
        (year, month, day) = (Math.Truncate(year), Math.Truncate(month), Math.Truncate(day));
        if (Math.Abs(year) > 400_000 || Math.Abs(month) > 5_000_000 || Math.Abs(day) > 200_000_000) return double.NaN;
        year += Math.Floor(month / 12);
        month -= Math.Floor(month / 12) * 12;
        return (IsoText.DaysFromCivil((long)year, (int)month + 1, 1) + day - 1) * DayLength +
            Math.Truncate(hour) * 3_600_000 + Math.Truncate(minute) * 60_000 + Math.Truncate(second) * 1000 + Math.Truncate(millisecond);
    }

    public static int DaysInMonth(long year, int month) => month == 2 ? IsLeap(year) ? 29 : 28 : month is 4 or 6 or 9 or 11 ? 30 : 31;

    public static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    /// <summary>The ISO week and the year it belongs to.</summary>
    public (long Year, int Week) Week()
    {
        var week = (Ordinal - Weekday + 10) / 7;
        if (week < 1) return (Year - 1, WeeksIn(Year - 1));
        return week > WeeksIn(Year) ? (Year + 1, 1) : (Year, week);
    }

    public static int WeeksIn(long year)
    {
        var last = new CalendarFields(year, 12, 31, 0, 0, 0, 0).Weekday;
        return last == 4 || (last == 5 && IsLeap(year)) ? 53 : 52;
    }
}
