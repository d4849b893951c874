using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Expressions.DateTimes.Locales;

/// <summary>Dates and times by the patterns of a language, for the options of Intl.DateTimeFormat.</summary>
internal static class LocaleDatePatterns
{
    /// <param name="settings">The options of Intl.DateTimeFormat, with what they leave to the defaults.</param>
    /// <param name="zone">What is written after the time; null for nothing.</param>
    public static string Format(LocaleTable table, Dictionary<string, string> settings, CalendarFields fields, string? zone)
    {
        var date = Date(table, settings, fields);
        var time = Time(table, settings, fields);
        if (time.Length > 0 && zone is not null) time += " " + zone;
        if (date.Length == 0 || time.Length == 0) return date + time;
        return date + table.Joint(JointName(settings)) + time;
    }

    /// <summary>The months' and days' names of luxon's tokens; null for a token that is none.</summary>
    public static string[]? Names(LocaleTable table, string token) => token switch
    {
        "MMMM" => table.Months,
        "LLLL" => table.MonthsAlone,
        "MMM" => table.ShortMonths,
        "LLL" => table.ShortMonthsAlone,
        "EEEE" => table.Days,
        "cccc" => table.DaysAlone,
        "EEE" => table.ShortDays,
        "ccc" => table.ShortDaysAlone,
        _ => null,
    };

    private static string Date(LocaleTable table, Dictionary<string, string> settings, CalendarFields fields)
    {
        if (settings.TryGetValue("dateStyle", out var style) && table.Pattern(style) is { } whole) return Write(table, whole, fields, null);
        var weekday = settings.GetValueOrDefault("weekday") switch { null => "", "long" => "EEEE", _ => "EEE" };
        var rest = (settings.ContainsKey("year") ? "y" : "")
            + settings.GetValueOrDefault("month") switch { null => "", "long" => "MMMM", "short" or "narrow" => "MMM", _ => "M" }
            + (settings.ContainsKey("day") ? "d" : "");
        if (table.Pattern(weekday + rest) is { } pattern) return Write(table, pattern, fields, settings);
        var day = weekday.Length == 0 ? "" : Names(table, weekday is "EEEE" ? "cccc" : "ccc")![fields.Weekday - 1];
        if (rest.Length == 0) return day;
        var other = table.Pattern(rest) is { } simple ? Write(table, simple, fields, settings) : fields.Day.ToString(CultureInfo.InvariantCulture) + " " + fields.Year.ToString(CultureInfo.InvariantCulture);
        return day.Length == 0 ? other : other + " " + day;
    }

    private static string Time(LocaleTable table, Dictionary<string, string> settings, CalendarFields fields)
    {
        var (hour, minute, second) = (settings.ContainsKey("hour"), settings.ContainsKey("minute"), settings.ContainsKey("second"));
        if (!hour && !minute && !second) return "";
        string text;
        if (hour)
        {
            var cycle = settings.TryGetValue("hour12", out var twelve) ? twelve is "true" ? "h" : "H"
                : settings.TryGetValue("hourCycle", out var given) ? given is "h11" or "h12" ? "h" : "H"
                : "j";
            text = Write(table, table.Pattern(cycle + (minute || second ? "m" : "") + (second ? "s" : "")) ?? "HH:mm", fields, settings);
        }
        else
        {
            text = minute && second ? $"{fields.Minute:00}:{fields.Second:00}" : (minute ? fields.Minute : fields.Second).ToString(CultureInfo.InvariantCulture);
        }

        if (settings.TryGetValue("fractionalSecondDigits", out var digits) && int.TryParse(digits, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 3)
            text += table.Number("decimal").AsString + fields.Millisecond.ToString("000", CultureInfo.InvariantCulture)[..count];
        return text;
    }

    private static string JointName(Dictionary<string, string> settings)
    {
        if (settings.TryGetValue("dateStyle", out var style)) return style;
        return settings.GetValueOrDefault("month") switch { "long" => settings.GetValueOrDefault("weekday") is "long" ? "EEEE" : "MMMM", "short" or "narrow" => "MMM", _ => "M" };
    }

    /// <param name="settings">Where they want two digits, two are written; null when the pattern says all.</param>
    private static string Write(LocaleTable table, string pattern, CalendarFields f, Dictionary<string, string>? settings)
    {
        var text = new StringBuilder(pattern.Length + 16);
        foreach (var (token, isLiteral) in DateTimeFormat.Split(pattern))
        {
            if (isLiteral) text.Append(token);
            else if (Names(table, token) is { } names) text.Append(names[token[0] is 'M' or 'L' ? f.Month - 1 : f.Weekday - 1]);
            else if (token[0] is 'a') text.Append(table.Periods[f.Hour < 12 ? 0 : 1]);
            else if (token[0] is 'y') text.Append(token is "yy" || Wants("year") ? (f.Year % 100).ToString("00", CultureInfo.InvariantCulture) : f.Year.ToString(CultureInfo.InvariantCulture));
            else
            {
                var (value, name) = token[0] switch { 'd' => (f.Day, "day"), 'M' or 'L' => (f.Month, "month"), 'h' => ((f.Hour + 11) % 12 + 1, "hour"), 'H' => (f.Hour, "hour"), 'm' => (f.Minute, "minute"), _ => (f.Second, "second") };
                text.Append(value.ToString(token.Length > 1 || Wants(name) ? "00" : "0", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();

        bool Wants(string name) => settings?.GetValueOrDefault(name) is "2-digit";
    }
}
