using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Workflows.Expressions.DateTimes;

namespace Sluice.Workflows.Nodes.Dates;

/// <summary>Dates in the letters of the library moment, which older workflows use.</summary>
internal static partial class MomentFormat
{
    public static string Write(JsDateTime time, string format)
    {
        if (format.Length == 0) format = "YYYY-MM-DDTHH:mm:ssZ";
        for (var i = 0; i < 5 && Long().IsMatch(format); i++) format = Long().Replace(format, static m => m.Groups["date"].Length == 0 ? m.Value : LongForm(m.Value));
        var text = new StringBuilder();
        foreach (Match token in Token().Matches(format)) text.Append(Part(time, token.Value));
        return text.ToString();
    }

    /// <summary>The same format in the letters of luxon, which reads dates here.</summary>
    public static string ToLuxon(string format)
    {
        var luxon = new StringBuilder();
        foreach (Match token in Token().Matches(format))
        {
            luxon.Append(token.Value switch
            {
                ['[', .. var literal, ']'] => Quoted(literal),
                "YYYY" or "Y" or "y" => "yyyy",
                "YY" => "yy",
                "DD" => "dd",
                "D" or "Do" => "d",
                "DDDD" => "ooo",
                "DDD" or "DDDo" => "o",
                "dddd" => "EEEE",
                "ddd" => "EEE",
                "E" or "e" => "E",
                "A" or "a" => "a",
                "Z" => "ZZ",
                "ZZ" => "ZZZ",
                "Mo" => "M",
                "GGGG" or "gggg" => "kkkk",
                "WW" or "ww" => "WW",
                "W" or "w" => "W",
                "SSSS" or "SSSSS" or "SSSSSS" or "SSSSSSSSS" => "u",
                "MMMM" or "MMM" or "MM" or "M" or "HH" or "H" or "hh" or "h" or "mm" or "m" or "ss" or "s" or "S" or "SSS" or "X" or "x" => token.Value,
                _ when token.Value.Any(char.IsAsciiLetter) => Quoted(token.Value),
                _ => token.Value,
            });
        }

        return luxon.ToString();
    }

    private static string Quoted(string text) => text.Length == 0 ? "" : $"'{text}'";

    private static string LongForm(string name) => name switch
    {
        "LTS" => "h:mm:ss A",
        "LT" => "h:mm A",
        "L" => "MM/DD/YYYY",
        "LL" => "MMMM D, YYYY",
        "LLL" => "MMMM D, YYYY h:mm A",
        "LLLL" => "dddd, MMMM D, YYYY h:mm A",
        "l" => "M/D/YYYY",
        "ll" => "MMM D, YYYY",
        "lll" => "MMM D, YYYY h:mm A",
        _ => "ddd, MMM D, YYYY h:mm A",
    };

    private static string Part(JsDateTime time, string token)
    {
        var f = time.Fields;
        var hour = (f.Hour + 11) % 12 + 1;
        var month = LocaleDateFormat.MonthNames[f.Month - 1];
        var day = LocaleDateFormat.DayNames[f.Weekday - 1];
        var (weekYear, week) = f.Week();
        switch (token)
        {
            case ['[', .. var literal, ']']: return literal;
            case "M": return Digits(f.Month, 1);
            case "Mo": return Ordinal(f.Month);
            case "MM": return Digits(f.Month, 2);
            case "MMM": return month[..3];
            case "MMMM": return month;
            case "Q": return Digits((f.Month + 2) / 3, 1);
            case "Qo": return Ordinal((f.Month + 2) / 3);
            case "D": return Digits(f.Day, 1);
            case "Do": return Ordinal(f.Day);
            case "DD": return Digits(f.Day, 2);
            case "DDD": return Digits(f.Ordinal, 1);
            case "DDDo": return Ordinal(f.Ordinal);
            case "DDDD": return Digits(f.Ordinal, 3);
            case "d": return Digits(f.Weekday % 7, 1);
            case "do": return Ordinal(f.Weekday % 7);
            case "dd": return day[..2];
            case "ddd": return day[..3];
            case "dddd": return day;
            case "e": return Digits(f.Weekday % 7, 1);
            case "E": return Digits(f.Weekday, 1);
            case "w": return Digits(LocalWeek(f).Week, 1);
            case "wo": return Ordinal(LocalWeek(f).Week);
            case "ww": return Digits(LocalWeek(f).Week, 2);
            case "W": return Digits(week, 1);
            case "Wo": return Ordinal(week);
            case "WW": return Digits(week, 2);
            case "YY": return Digits(f.Year % 100, 2);
            case "Y" or "y" or "yyy" or "yyyy" or "yy": return f.Year > 9999 ? "+" + Digits(f.Year, 1) : Digits(f.Year, 1);
            case "yo": return Ordinal((int)f.Year);
            case "YYYY": return Digits(f.Year, 4);
            case "YYYYY": return Digits(f.Year, 5);
            case "YYYYYY": return (f.Year < 0 ? "-" : "+") + Digits(Math.Abs(f.Year), 6);
            case "N" or "NN" or "NNN": return f.Year > 0 ? "AD" : "BC";
            case "NNNN": return f.Year > 0 ? "Anno Domini" : "Before Christ";
            case "NNNNN": return f.Year > 0 ? "AD" : "BC";
            case "gg": return Digits(LocalWeek(f).Year % 100, 2);
            case "gggg": return Digits(LocalWeek(f).Year, 4);
            case "GG": return Digits(weekYear % 100, 2);
            case "GGGG": return Digits(weekYear, 4);
            case "A": return f.Hour < 12 ? "AM" : "PM";
            case "a": return f.Hour < 12 ? "am" : "pm";
            case "H": return Digits(f.Hour, 1);
            case "HH": return Digits(f.Hour, 2);
            case "h": return Digits(hour, 1);
            case "hh": return Digits(hour, 2);
            case "k": return Digits(f.Hour == 0 ? 24 : f.Hour, 1);
            case "kk": return Digits(f.Hour == 0 ? 24 : f.Hour, 2);
            case "hmm": return Digits(hour, 1) + Digits(f.Minute, 2);
            case "hmmss": return Digits(hour, 1) + Digits(f.Minute, 2) + Digits(f.Second, 2);
            case "Hmm": return Digits(f.Hour, 1) + Digits(f.Minute, 2);
            case "Hmmss": return Digits(f.Hour, 1) + Digits(f.Minute, 2) + Digits(f.Second, 2);
            case "m": return Digits(f.Minute, 1);
            case "mm": return Digits(f.Minute, 2);
            case "s": return Digits(f.Second, 1);
            case "ss": return Digits(f.Second, 2);
            case "X": return Math.Floor(time.Milliseconds / 1000).ToString(CultureInfo.InvariantCulture);
            case "x": return time.Milliseconds.ToString(CultureInfo.InvariantCulture);
            case "Z": return Zone.OffsetText(time.Offset, "short");
            case "ZZ": return Zone.OffsetText(time.Offset, "techie");
            case "z" or "zz": return ZoneNames.Short(time.Zone, time.Milliseconds);
            case ['S', ..]: return (Digits(f.Millisecond, 3) + "000000")[..token.Length];
            case ['\\', .. var escaped]: return escaped;
            default: return token;
        }
    }

    private static string Digits(long value, int count) => value.ToString(new string('0', count), CultureInfo.InvariantCulture);

    private static string Ordinal(int value) => value.ToString(CultureInfo.InvariantCulture) + (value % 100 / 10 == 1 ? "th" : (value % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });

    // Weeks that begin on Sunday; January 1st is in the first.
    private static (long Year, int Week) LocalWeek(CalendarFields fields)
    {
        var saturday = CalendarFields.FromLocal(fields.ToLocal() + (6 - fields.Weekday % 7) * CalendarFields.DayLength);
        return (saturday.Year, (saturday.Ordinal - 1) / 7 + 1);
    }

    [GeneratedRegex(@"\[[^\[]*\]|\\.|[Hh]mm(?:ss)?|Mo|MM?M?M?|Do|DDDo|DD?D?D?|ddd?d?|do?|w[ow]?|W[oW]?|Qo?|N{1,5}|YYYYYY|YYYYY|YYYY|YY|y{2,4}|yo?|gg(?:ggg?)?|GG(?:GGG?)?|e|E|a|A|hh?|HH?|kk?|mm?|ss?|S{1,9}|x|X|zz?|ZZ?|.", RegexOptions.Singleline, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\[[^\[]*\]|\\.|(?<date>LTS|LT|LL?L?L?|l{1,4})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Long();
}
