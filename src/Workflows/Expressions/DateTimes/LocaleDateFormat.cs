using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>The part of Intl.DateTimeFormat that data needs: American English here, what others write by their tables.</summary>
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
        Expand(settings, parts);
        var fields = CalendarFields.FromLocal(milliseconds + zone.OffsetAt(milliseconds));
        if (LocaleTable.Of(language) is { } table)
            return LocaleDatePatterns.Format(table, settings, fields, settings.TryGetValue("timeZoneName", out var named) ? named == "long" && language.StartsWith("en", StringComparison.Ordinal) ? ZoneNames.Long(zone, milliseconds) : ZoneNames.Short(zone, milliseconds) : null);
        var date = DateText(settings, fields);
        var time = TimeText(settings, fields);
        if (time.Length > 0 && settings.ContainsKey("timeZoneName")) time += " " + (settings["timeZoneName"] == "long" ? ZoneNames.Long(zone, milliseconds) : ZoneNames.Short(zone, milliseconds));
        var joint = settings.ContainsKey("month") && settings["month"] == "long" && (settings.ContainsKey("dateStyle") || settings.ContainsKey("luxonPreset")) ? " at " : ", ";
        return date.Length == 0 ? time : time.Length == 0 ? date : date + joint + time;
    }

    private static void Expand(Dictionary<string, string> settings, Parts parts)
    {
        if (settings.TryGetValue("dateStyle", out var dateStyle))
        {
            settings["year"] = dateStyle == "short" ? "2-digit" : "numeric";
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

    private static string DateText(Dictionary<string, string> settings, CalendarFields f)
    {
        var year = settings.TryGetValue("year", out var y) ? y == "2-digit" ? (f.Year % 100).ToString("00", CultureInfo.InvariantCulture) : f.Year.ToString(CultureInfo.InvariantCulture) : "";
        var day = settings.TryGetValue("day", out var d) ? f.Day.ToString(d == "2-digit" ? "00" : "0", CultureInfo.InvariantCulture) : "";
        var weekday = settings.TryGetValue("weekday", out var w) ? w switch { "long" => DayNames[f.Weekday - 1], "narrow" => DayNames[f.Weekday - 1][..1], _ => DayNames[f.Weekday - 1][..3] } : "";
        settings.TryGetValue("month", out var m);
        if (m is "long" or "short" or "narrow")
        {
            var name = MonthNames[f.Month - 1];
            var middle = Join(" ", m == "long" ? name : m == "short" ? name[..3] : name[..1], day);
            return Join(", ", weekday, day.Length > 0 ? Join(", ", middle, year) : Join(" ", middle, year));
        }

        var month = m is null ? "" : f.Month.ToString(m == "2-digit" ? "00" : "0", CultureInfo.InvariantCulture);
        return Join(", ", weekday, Join("/", month, day, year));
    }

    private static string TimeText(Dictionary<string, string> settings, CalendarFields f)
    {
        if (!settings.Keys.Any(k => k is "hour" or "minute" or "second")) return "";
        var half = settings.TryGetValue("hour12", out var twelve) ? twelve == "true"
            : settings.TryGetValue("hourCycle", out var cycle) ? cycle is "h11" or "h12"
            : true;
        var text = new StringBuilder();
        if (settings.TryGetValue("hour", out var h))
        {
            var hour = half ? (f.Hour + 11) % 12 + 1 : f.Hour;
            text.Append(hour.ToString(h == "2-digit" || !half ? "00" : "0", CultureInfo.InvariantCulture));
        }

        if (settings.ContainsKey("minute")) Append(f.Minute, always: text.Length > 0 || settings.ContainsKey("second"));
        if (settings.ContainsKey("second")) Append(f.Second, always: text.Length > 0);
        if (settings.TryGetValue("fractionalSecondDigits", out var digits) && int.TryParse(digits, out var count) && count is > 0 and <= 3)
            text.Append('.').Append(f.Millisecond.ToString("000", CultureInfo.InvariantCulture).AsSpan(0, count));
        if (half && settings.ContainsKey("hour")) text.Append(f.Hour < 12 ? " AM" : " PM");
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
