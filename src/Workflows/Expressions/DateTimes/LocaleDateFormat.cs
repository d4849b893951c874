using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>The part of Intl.DateTimeFormat that data needs: English of both sides of the ocean in full, other languages in numbers.</summary>
internal static class LocaleDateFormat
{
    public static readonly string[] MonthNames = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static readonly string[] DayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <summary>What is shown when the options do not say.</summary>
    internal enum Parts
    {
        Date,
        Time,
        Both,
    }

    public static string Format(Evaluator e, double milliseconds, Zone zone, JsValue locale, JsValue options, Parts parts)
    {
        e.AllocateText(80);
        e.Step(30);
        if (double.IsNaN(milliseconds)) return "Invalid Date";
        var language = locale.AsString ?? locale.AsArray?[0].AsString ?? "en-US";
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.AsObject is { } given)
            foreach (var (name, value) in given)
                if (!value.IsUndefined) settings[name] = Coerce.ToText(e, value);
        if (settings.TryGetValue("timeZone", out var zoneName)) zone = Zone.Find(zoneName, zone) ?? throw JsThrow.Range("Invalid time zone specified: " + zoneName);
        Expand(settings, parts, language);
        var fields = CalendarFields.FromLocal(milliseconds + zone.OffsetAt(milliseconds));
        var date = DateText(settings, fields, language);
        var time = TimeText(settings, fields, language);
        if (time.Length > 0 && settings.ContainsKey("timeZoneName")) time += " " + (settings["timeZoneName"] == "long" ? ZoneNames.Long(zone, milliseconds) : ZoneNames.Short(zone, milliseconds));
        var joint = settings.ContainsKey("month") && settings["month"] == "long" && (settings.ContainsKey("dateStyle") || settings.ContainsKey("luxonPreset")) ? " at " : ", ";
        return date.Length == 0 ? time : time.Length == 0 ? date : date + joint + time;
    }

    private static void Expand(Dictionary<string, string> settings, Parts parts, string language)
    {
        if (settings.TryGetValue("dateStyle", out var dateStyle))
        {
            settings["year"] = dateStyle == "short" && language is not ("en-GB" or "fr" or "fr-FR" or "pt-BR") ? "2-digit" : "numeric";
            settings["month"] = dateStyle switch { "full" or "long" => "long", "medium" => "short", _ => "numeric" };
            settings["day"] = "numeric";
            if (dateStyle == "full") settings["weekday"] = "long";
        }

        if (settings.TryGetValue("timeStyle", out var timeStyle))
        {
            settings["hour"] = "numeric";
            settings["minute"] = "2-digit";
            if (timeStyle != "short") settings["second"] = "2-digit";
            if (timeStyle is "full" or "long") settings["timeZoneName"] = timeStyle == "full" ? "long" : "short";
        }

        var hasDate = settings.Keys.Any(k => k is "year" or "month" or "day" or "weekday");
        var hasTime = settings.Keys.Any(k => k is "hour" or "minute" or "second");
        if (hasDate && parts == Parts.Both || hasTime && parts == Parts.Both) return;
        if (!hasDate && parts is Parts.Date or Parts.Both && !(hasTime && parts == Parts.Both) && !settings.ContainsKey("dateStyle") && !settings.ContainsKey("timeStyle"))
            settings["year"] = settings["month"] = settings["day"] = "numeric";
        if (!hasTime && parts is Parts.Time or Parts.Both && !(hasDate && parts == Parts.Both) && !settings.ContainsKey("dateStyle") && !settings.ContainsKey("timeStyle"))
            (settings["hour"], settings["minute"], settings["second"]) = ("numeric", "2-digit", "2-digit");
    }

    private static string DateText(Dictionary<string, string> settings, CalendarFields f, string language)
    {
        var year = settings.TryGetValue("year", out var y) ? y == "2-digit" ? (f.Year % 100).ToString("00", CultureInfo.InvariantCulture) : f.Year.ToString(CultureInfo.InvariantCulture) : "";
        var day = settings.TryGetValue("day", out var d) ? f.Day.ToString(d == "2-digit" ? "00" : "0", CultureInfo.InvariantCulture) : "";
        var weekday = settings.TryGetValue("weekday", out var w) ? w switch { "long" => DayNames[f.Weekday - 1], "narrow" => DayNames[f.Weekday - 1][..1], _ => DayNames[f.Weekday - 1][..3] } : "";
        settings.TryGetValue("month", out var m);
        var american = !language.StartsWith("en-", StringComparison.Ordinal) || language is "en-US";
        if (m is "long" or "short" or "narrow")
        {
            var name = MonthNames[f.Month - 1];
            var month = m == "long" ? name : m == "short" ? name[..3] : name[..1];
            if (!american && m == "short" && f.Month == 9) month = "Sept";
            var middle = american ? Join(" ", month, day) : Join(" ", day, month);
            if (american)
            {
                var all = day.Length > 0 ? Join(", ", middle, year) : Join(" ", middle, year);
                return Join(", ", weekday, all);
            }

            return Join(weekday.Length > 0 && m == "long" ? " " : ", ", weekday, Join(" ", middle, year));
        }

        var number = m is null ? "" : f.Month.ToString(m == "2-digit" ? "00" : "0", CultureInfo.InvariantCulture);
        var two = (string text) => text.Length == 1 ? "0" + text : text;
        var numeric = language.Split('-')[0] switch
        {
            "sv" or "lt" => Join("-", year, two(number), two(day)),
            "de" or "ru" or "pl" or "fi" or "nb" or "no" or "cs" or "da" or "tr" or "uk" or "ro" or "bg" => Join(".", language.StartsWith("ru", StringComparison.Ordinal) || language.StartsWith("pl", StringComparison.Ordinal) || language.StartsWith("tr", StringComparison.Ordinal) || language.StartsWith("uk", StringComparison.Ordinal) || language.StartsWith("ro", StringComparison.Ordinal) ? two(day) : day, language.StartsWith("de", StringComparison.Ordinal) || language.StartsWith("fi", StringComparison.Ordinal) || language.StartsWith("nb", StringComparison.Ordinal) || language.StartsWith("da", StringComparison.Ordinal) || language.StartsWith("cs", StringComparison.Ordinal) ? number : two(number), year),
            "nl" => Join("-", day, number, year),
            "fr" or "pt" => Join("/", two(day), two(number), year),
            "es" or "it" => Join("/", day, number, year),
            "en" when language is "en-GB" or "en-AU" or "en-NZ" or "en-IE" or "en-ZA" => language is "en-ZA" ? Join("/", year, two(number), two(day)) : Join("/", two(day), two(number), year),
            "en" when language is "en-IN" => Join("/", day, number, year),
            "en" when language is "en-CA" => Join("-", year, two(number), two(day)),
            "ja" or "zh" => Join("/", year, number, day),
            "ko" => Join(". ", year, number, day + "."),
            _ => Join("/", number, day, year),
        };
        return Join(", ", weekday, numeric);
    }

    private static string TimeText(Dictionary<string, string> settings, CalendarFields f, string language)
    {
        if (!settings.Keys.Any(k => k is "hour" or "minute" or "second")) return "";
        var half = settings.TryGetValue("hour12", out var twelve) ? twelve == "true"
            : settings.TryGetValue("hourCycle", out var cycle) ? cycle is "h11" or "h12"
            : language is "en-US" or "en" or "en-CA" or "en-AU" or "en-NZ" or "en-IN" || language.StartsWith("hi", StringComparison.Ordinal) || language.StartsWith("ar", StringComparison.Ordinal);
        var text = new StringBuilder();
        if (settings.TryGetValue("hour", out var h))
        {
            var hour = half ? (f.Hour + 11) % 12 + 1 : f.Hour;
            text.Append(hour.ToString(h == "2-digit" || (!half && !language.StartsWith("es", StringComparison.Ordinal) && !language.StartsWith("ja", StringComparison.Ordinal)) ? "00" : "0", CultureInfo.InvariantCulture));
        }

        if (settings.ContainsKey("minute")) Append(f.Minute, always: text.Length > 0 || settings.ContainsKey("second"));
        if (settings.ContainsKey("second")) Append(f.Second, always: text.Length > 0);
        if (settings.TryGetValue("fractionalSecondDigits", out var digits) && int.TryParse(digits, out var count) && count is > 0 and <= 3)
            text.Append('.').Append(f.Millisecond.ToString("000", CultureInfo.InvariantCulture).AsSpan(0, count));
        if (half && settings.ContainsKey("hour")) text.Append(language is "en-AU" or "en-NZ" or "en-IN" ? f.Hour < 12 ? "\u202fam" : "\u202fpm" : f.Hour < 12 ? "\u202fAM" : "\u202fPM");
        return text.ToString();

        void Append(int value, bool always)
        {
            if (text.Length > 0) text.Append(':');
            text.Append(value.ToString(always ? "00" : "0", CultureInfo.InvariantCulture));
        }
    }

    private static string Join(string separator, params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (part.Length == 0) continue;
            if (text.Length > 0) text.Append(separator);
            text.Append(part);
        }

        return text.ToString();
    }
}
