using System.Globalization;

namespace Sluice.Workflows.Data;

/// <summary>The text of a point in time as ECMA-262's Date.prototype.toISOString writes it.</summary>
internal static class IsoText
{
    private const double DayLength = 86_400_000;

    /// <param name="milliseconds">Since 1970-01-01T00:00:00Z, within the range of a Date.</param>
    public static string Format(double milliseconds)
    {
        var day = (long)Math.Floor(milliseconds / DayLength);
        var rest = (int)(milliseconds - day * DayLength);
        var (year, month, dayOfMonth) = CivilFromDays(day);
        var yearText = year is >= 0 and <= 9999 ? year.ToString("0000", CultureInfo.InvariantCulture)
            : (year < 0 ? "-" : "+") + Math.Abs(year).ToString("000000", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{yearText}-{month:00}-{dayOfMonth:00}T{rest / 3_600_000:00}:{rest / 60_000 % 60:00}:{rest / 1000 % 60:00}.{rest % 1000:000}Z");
    }

    /// <summary>The proleptic Gregorian date of a day number; day 0 is 1970-01-01.</summary>
    /// <remarks>Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days.</remarks>
    public static (long Year, int Month, int Day) CivilFromDays(long day)
    {
        day += 719_468;
        var era = (day >= 0 ? day : day - 146_096) / 146_097;
        var dayOfEra = day - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (5 * dayOfYear + 2) / 153;
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (153 * shifted + 2) / 5 + 1));
    }

    /// <summary>The day number of a proleptic Gregorian date.</summary>
    public static long DaysFromCivil(long year, int month, long day)
    {
        if (month <= 2) year--;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        var dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }
}
