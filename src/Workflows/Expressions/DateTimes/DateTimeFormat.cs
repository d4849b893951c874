using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's format tokens, written.</summary>
internal static class DateTimeFormat
{
    private const string Letters = "SusmhHZzadcELMyGkWnoqXxDtTfF";

    /// <summary>Cuts a format into tokens (runs of one letter) and literal text.</summary>
    public static IEnumerable<(string Text, bool IsLiteral)> Split(string format)
    {
        for (var i = 0; i < format.Length;)
        {
            if (format[i] == '\'')
            {
                var close = format.IndexOf('\'', i + 1);
                if (close < 0) close = format.Length;
                yield return (format[(i + 1)..close], true);
                i = close + 1;
                continue;
            }

            var from = i;
            while (i < format.Length && format[i] == format[from]) i++;
            yield return (format[from..i], !char.IsAsciiLetter(format[from]));
        }
    }

    /// <param name="locale">The language to write in; null for that of the time.</param>
    public static string Format(Evaluator e, JsDateTime time, string format, string? locale = null)
    {
        if (time.Invalid is not null) return "Invalid DateTime";
        e.Step(1 + format.Length);
        var text = new StringBuilder();
        var table = LocaleTable.Of(locale ?? time.Locale);
        foreach (var (token, isLiteral) in Split(format))
        {
            var piece = isLiteral ? token : (table is null ? null : Named(table, time, token)) ?? Token(e, time, token, locale);
            e.AllocateText(piece.Length);
            text.Append(piece);
        }

        return text.ToString();
    }

    private static string? Named(LocaleTable table, JsDateTime time, string token)
    {
        if (token is "a") return table.Periods[time.Fields.Hour < 12 ? 0 : 1];
        var isNarrow = token.Length == 5 && (token[0] is 'M' or 'L' or 'E' or 'c');
        if (LocaleDatePatterns.Names(table, isNarrow ? token[1..] : token) is not { } names) return null;
        var name = names[token[0] is 'M' or 'L' ? time.Fields.Month - 1 : time.Fields.Weekday - 1];
        return isNarrow ? name[..1].ToUpperInvariant() : name;
    }

    private static string Token(Evaluator e, JsDateTime time, string token, string? locale)
    {
        var f = time.Fields;
        if (!Letters.Contains(token[0])) return token;
        switch (token)
        {
            case "S": return Number(f.Millisecond);
            case "SSS" or "u": return Number(f.Millisecond, 3);
            case "uu": return Number(f.Millisecond / 10, 2);
            case "uuu": return Number(f.Millisecond / 100);
            case "s": return Number(f.Second);
            case "ss": return Number(f.Second, 2);
            case "m": return Number(f.Minute);
            case "mm": return Number(f.Minute, 2);
            case "h": return Number((f.Hour + 11) % 12 + 1);
            case "hh": return Number((f.Hour + 11) % 12 + 1, 2);
            case "H": return Number(f.Hour);
            case "HH": return Number(f.Hour, 2);
            case "Z": return Zone.OffsetText(time.Offset, "narrow");
            case "ZZ": return Zone.OffsetText(time.Offset, "short");
            case "ZZZ": return Zone.OffsetText(time.Offset, "techie");
            case "ZZZZ": return ZoneNames.Of(time.Zone, time.Milliseconds, isLong: false);
            case "ZZZZZ": return ZoneNames.Of(time.Zone, time.Milliseconds, isLong: true);
            case "z": return time.Zone.Name;
            case "a": return f.Hour < 12 ? "AM" : "PM";
            case "d": return Number(f.Day);
            case "dd": return Number(f.Day, 2);
            case "c" or "E": return Number(f.Weekday);
            case "ccc" or "EEE": return LocaleDateFormat.DayNames[f.Weekday - 1][..3];
            case "cccc" or "EEEE": return LocaleDateFormat.DayNames[f.Weekday - 1];
            case "ccccc" or "EEEEE": return LocaleDateFormat.DayNames[f.Weekday - 1][..1];
            case "L" or "M": return Number(f.Month);
            case "LL" or "MM": return Number(f.Month, 2);
            case "LLL" or "MMM": return LocaleDateFormat.MonthNames[f.Month - 1][..3];
            case "LLLL" or "MMMM": return LocaleDateFormat.MonthNames[f.Month - 1];
            case "LLLLL" or "MMMMM": return LocaleDateFormat.MonthNames[f.Month - 1][..1];
            case "y": return Number(f.Year);
            case "yy": return Number(f.Year % 100, 2);
            case "yyyy": return Number(f.Year, 4);
            case "yyyyyy": return Number(f.Year, 6);
            case "G": return f.Year > 0 ? "AD" : "BC";
            case "GG": return f.Year > 0 ? "Anno Domini" : "Before Christ";
            case "GGGGG": return f.Year > 0 ? "A" : "B";
            case "kk" or "ii": return Number(f.Week().Year % 100, 2);
            case "kkkk": return Number(f.Week().Year, 4);
            case "W" or "n": return Number(f.Week().Week);
            case "WW" or "nn": return Number(f.Week().Week, 2);
            case "o": return Number(f.Ordinal);
            case "ooo": return Number(f.Ordinal, 3);
            case "q": return Number((f.Month + 2) / 3);
            case "qq": return Number((f.Month + 2) / 3, 2);
            case "X": return JsNumberText.Format(Math.Floor(time.Milliseconds / 1000));
            case "x": return JsNumberText.Format(time.Milliseconds);
            default: return Macro(e, time, token, locale);
        }
    }

    private static string Macro(Evaluator e, JsDateTime time, string token, string? locale)
    {
        var preset = token switch
        {
            "D" => "DATE_SHORT",
            "DD" => "DATE_MED",
            "DDD" => "DATE_FULL",
            "DDDD" => "DATE_HUGE",
            "t" => "TIME_SIMPLE",
            "tt" => "TIME_WITH_SECONDS",
            "ttt" => "TIME_WITH_SHORT_OFFSET",
            "tttt" => "TIME_WITH_LONG_OFFSET",
            "T" => "TIME_24_SIMPLE",
            "TT" => "TIME_24_WITH_SECONDS",
            "TTT" => "TIME_24_WITH_SHORT_OFFSET",
            "TTTT" => "TIME_24_WITH_LONG_OFFSET",
            "f" => "DATETIME_SHORT",
            "ff" => "DATETIME_MED",
            "fff" => "DATETIME_FULL",
            "ffff" => "DATETIME_HUGE",
            "F" => "DATETIME_SHORT_WITH_SECONDS",
            "FF" => "DATETIME_MED_WITH_SECONDS",
            "FFF" => "DATETIME_FULL_WITH_SECONDS",
            "FFFF" => "DATETIME_HUGE_WITH_SECONDS",
            _ => "",
        };
        return preset.Length == 0 ? token : DateTimePresets.Format(e, time, DateTimePresets.Get(preset), locale ?? default(JsValue));
    }

    private static string Number(long value, int digits = 1) => (value < 0 ? "-" : "") + Math.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
}
