using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>Reads ISO 8601, the basic and the extended forms, by month, week or day of the year.</summary>
internal static partial class IsoParser
{
    /// <param name="zone">The zone of a text that names none, and the one the answer is seen in unless <paramref name="keepZone"/>.</param>
    public static JsDateTime Parse(string text, Zone zone, bool keepZone, Zone local)
    {
        var match = text.Length > 100 ? Match.Empty : Iso().Match(text);
        if (!match.Success) return JsDateTime.Unreadable("unparsable");
        var year = match.Groups["y"].Success ? long.Parse(match.Groups["y"].Value, CultureInfo.InvariantCulture) : 1970;
        double month = Number("m", 1), day = Number("d", 1), hour = Number("h", 0), minute = Number("mi", 0), second = Number("s", 0);
        if (month is < 1 or > 12 || day < 1 || day > CalendarFields.DaysInMonth(year, (int)month) || minute > 59 || second > 59 || hour > 24 || (hour == 24 && minute + second > 0))
            return JsDateTime.Unreadable("unit out of range");
        double days = IsoText.DaysFromCivil(year, (int)month, (long)day);
        if (match.Groups["w"].Success)
        {
            double week = Number("w", 1), weekday = Number("wd", 1);
            if (week < 1 || week > CalendarFields.WeeksIn(year) || weekday is < 1 or > 7) return JsDateTime.Unreadable("unit out of range");
            var fourth = new CalendarFields(year, 1, 4, 0, 0, 0, 0);
            days = fourth.DayNumber - (fourth.Weekday - 1) + (week - 1) * 7 + weekday - 1;
        }
        else if (match.Groups["o"].Success)
        {
            var ordinal = Number("o", 1);
            if (ordinal < 1 || ordinal > (CalendarFields.IsLeap(year) ? 366 : 365)) return JsDateTime.Unreadable("unit out of range");
            days = IsoText.DaysFromCivil(year, 1, 1) + ordinal - 1;
        }

        var fraction = match.Groups["f"].Value;
        var milliseconds = fraction.Length == 0 ? 0 : Math.Floor(double.Parse("0." + fraction, CultureInfo.InvariantCulture) * 1000 + 1e-6);
        var time = days * CalendarFields.DayLength + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds;
        var written = match.Groups["z"].Value;
        var own = match.Groups["zone"].Success ? Zone.Find(match.Groups["zone"].Value, local) : written.Length == 0 ? null : written is "Z" or "z" ? Zone.Utc : Zone.ParseOffset(written) is { } minutes ? Zone.Fixed(minutes) : null;
        if (own is null && (written.Length > 0 || match.Groups["zone"].Success)) return JsDateTime.Unreadable("unsupported zone");
        var utc = written is "Z" or "z" ? time : written.Length > 0 && Zone.ParseOffset(written) is { } known ? time - known * 60_000 : (own ?? zone).ToUtc(time);
        return new JsDateTime(utc, keepZone && own is not null ? own : zone);

        double Number(string group, double missing) => match.Groups[group] is { Success: true } found ? double.Parse(found.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : missing;
    }

    [GeneratedRegex(@"^((?<y>\d{4}|[+-]\d{6})(-?W(?<w>\d\d)(-?(?<wd>\d))?|-?(?<o>\d{3})(?!\d)|-?(?<m>\d\d)(-?(?<d>\d\d))?)?)?(T?(?<=T|^)(?<h>\d\d)(:?(?<mi>\d\d)(:?(?<s>\d\d)([.,](?<f>\d{1,30}))?)?)?)?(?<z>Z|[+-]\d\d(:?\d\d)?)?(\[(?<zone>[^\]]+)\])?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 100)]
    private static partial Regex Iso();
}
