using System.Globalization;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;

namespace Sluice.Workflows.Expressions.DateTimes;

/// <summary>luxon's format tokens, read.</summary>
internal sealed class DateTimeFormatParser(string text, Zone zone, Zone local, LocaleTable? table)
{
    private long _year = 1970;
    private int _month = 1, _day = 1, _hour, _minute, _second, _millisecond;
    private long? _weekYear;
    private int? _week, _weekday, _ordinal;
    private bool? _afternoon;
    private bool _hasYear;
    private Zone? _zone;
    private double? _timestamp;
    private int _at;

    /// <param name="locale">The language of the names of months and days.</param>
    public static JsDateTime Parse(string text, string format, Zone zone, Zone local, string? locale = null)
    {
        if (text.Length > 500 || format.Length > 500) return JsDateTime.Unreadable("unparsable");
        return new DateTimeFormatParser(text, zone, local, LocaleTable.Of(locale ?? "")).Read(Expand(format));
    }

    /// <summary>Formats that stand for others, as luxon writes them in English.</summary>
    private static string Expand(string format) => format switch
    {
        "D" => "M/d/yyyy",
        "DD" => "LLL d, yyyy",
        "DDD" => "LLLL d, yyyy",
        "DDDD" => "EEEE, LLLL d, yyyy",
        "t" => "h:mm a",
        "tt" => "h:mm:ss a",
        "T" => "H:mm",
        "TT" => "H:mm:ss",
        "f" => "M/d/yyyy, h:mm a",
        "ff" => "LLL d, yyyy, h:mm a",
        "F" => "M/d/yyyy, h:mm:ss a",
        "FF" => "LLL d, yyyy, h:mm:ss a",
        _ => format,
    };

    private JsDateTime Read(string format)
    {
        foreach (var (token, isLiteral) in DateTimeFormat.Split(format))
        {
            if (isLiteral ? !Literal(token) : !Token(token)) return JsDateTime.Unreadable("unparsable");
        }

        if (_at < text.Length) return JsDateTime.Unreadable("unparsable");
        if (_timestamp is { } timestamp) return new JsDateTime(timestamp, zone);
        if (_afternoon is { } afternoon) _hour = _hour % 12 + (afternoon ? 12 : 0);
        if (_month is < 1 or > 12 || _day < 1 || _day > CalendarFields.DaysInMonth(_year, _month) || _hour > 24 || _minute > 59 || _second > 59) return JsDateTime.Unreadable("unit out of range");
        var fields = new CalendarFields(_year, _month, _day, _hour, _minute, _second, _millisecond);
        var time = fields.ToLocal();
        if (_week is { } week)
        {
            var fourth = new CalendarFields(_weekYear ?? _year, 1, 4, 0, 0, 0, 0);
            time = (fourth.DayNumber - (fourth.Weekday - 1) + (week - 1) * 7L + (_weekday ?? 1) - 1) * CalendarFields.DayLength + time - fields.DayNumber * CalendarFields.DayLength;
        }
        else if (_ordinal is { } ordinal) time = (IsoText.DaysFromCivil(_year, 1, 1) + ordinal - 1) * CalendarFields.DayLength + time - fields.DayNumber * CalendarFields.DayLength;
        else if (_weekday is { } weekday && _hasYear && fields.Weekday != weekday) return JsDateTime.Unreadable("mismatched weekday");
        return new JsDateTime((_zone ?? zone).ToUtc(time), _zone is null || _zone.IsFixed ? zone : _zone);
    }

    private bool Literal(string literal)
    {
        foreach (var c in literal)
        {
            if (_at >= text.Length || !(text[_at] == c || (char.IsWhiteSpace(c) && char.IsWhiteSpace(text[_at])))) return false;
            _at++;
        }

        return true;
    }

    private bool Token(string token)
    {
        if (table is not null && LocaleDatePatterns.Names(table, token) is { } names) return Word(names, i => Named(token, i));
        if (table is not null && token is "a") return Word(table.Periods, i => _afternoon = i == 1);
        switch (token)
        {
            case "S": return Digits(1, 3, v => _millisecond = v);
            case "SSS": return Digits(3, 3, v => _millisecond = v);
            case "u": return Fraction();
            case "uu": return Digits(1, 2, v => _millisecond = v * 10);
            case "uuu": return Digits(1, 1, v => _millisecond = v * 100);
            case "s": return Digits(1, 2, v => _second = v);
            case "ss": return Digits(2, 2, v => _second = v);
            case "m": return Digits(1, 2, v => _minute = v);
            case "mm": return Digits(2, 2, v => _minute = v);
            case "h" or "H": return Digits(1, 2, v => _hour = v);
            case "hh" or "HH": return Digits(2, 2, v => _hour = v);
            case "d": return Digits(1, 2, v => _day = v);
            case "dd": return Digits(2, 2, v => _day = v);
            case "L" or "M": return Digits(1, 2, v => _month = v);
            case "LL" or "MM": return Digits(2, 2, v => _month = v);
            case "LLL" or "MMM": return Word([.. LocaleDateFormat.MonthNames.Select(n => n[..3])], i => _month = i + 1);
            case "LLLL" or "MMMM": return Word(LocaleDateFormat.MonthNames, i => _month = i + 1);
            case "EEE" or "ccc": return Word([.. LocaleDateFormat.DayNames.Select(n => n[..3])], i => _weekday = i + 1);
            case "EEEE" or "cccc": return Word(LocaleDateFormat.DayNames, i => _weekday = i + 1);
            case "E" or "c": return Digits(1, 1, v => _weekday = v);
            case "y": return Digits(1, 6, Year);
            case "yy": return Digits(2, 4, v => Year(v > 99 ? v : v > 60 ? 1900 + v : 2000 + v));
            case "yyyy": return Digits(4, 4, Year);
            case "yyyyy": return Digits(4, 6, Year);
            case "yyyyyy": return Digits(6, 6, Year);
            case "kkkk": return Digits(4, 4, v => _weekYear = v);
            case "kk": return Digits(2, 4, v => _weekYear = v > 99 ? v : v > 60 ? 1900 + v : 2000 + v);
            case "W": return Digits(1, 2, v => _week = v);
            case "WW": return Digits(2, 2, v => _week = v);
            case "o": return Digits(1, 3, v => _ordinal = v);
            case "ooo": return Digits(3, 3, v => _ordinal = v);
            case "q": return Digits(1, 1, v => _month = (v - 1) * 3 + 1);
            case "a": return Word(["AM", "PM"], i => _afternoon = i == 1);
            case "G": return Word(["BC", "AD"], _ => { });
            case "Z" or "ZZ" or "ZZZ": return Offset();
            case "z": return ZoneName();
            case "X": return Timestamp(1000);
            case "x": return Timestamp(1);
            default: return !token.All(char.IsAsciiLetter) || Literal(token);
        }

        void Year(int year)
        {
            _year = year;
            _hasYear = true;
        }
    }

    private void Named(string token, int at)
    {
        if (token[0] is 'M' or 'L') _month = at + 1;
        else _weekday = at + 1;
    }

    private bool Digits(int least, int most, Action<int> take)
    {
        var from = _at;
        while (_at < text.Length && _at - from < most && char.IsAsciiDigit(text[_at])) _at++;
        if (_at - from < least) return false;
        take(int.Parse(text.AsSpan(from, _at - from), NumberStyles.None, CultureInfo.InvariantCulture));
        return true;
    }

    private bool Fraction()
    {
        var from = _at;
        while (_at < text.Length && _at - from < 9 && char.IsAsciiDigit(text[_at])) _at++;
        if (_at == from) return false;
        _millisecond = (int)Math.Floor(double.Parse("0." + text[from.._at], CultureInfo.InvariantCulture) * 1000 + 1e-6);
        return true;
    }

    private bool Word(string[] words, Action<int> take)
    {
        // The longest that fits: in some languages one name begins with another.
        var found = -1;
        for (var i = 0; i < words.Length; i++)
        {
            if (string.Compare(text, _at, words[i], 0, words[i].Length, StringComparison.OrdinalIgnoreCase) == 0 && (found < 0 || words[i].Length > words[found].Length)) found = i;
        }

        if (found < 0) return false;
        _at += words[found].Length;
        take(found);
        return true;
    }

    private bool Offset()
    {
        var from = _at;
        if (_at < text.Length && text[_at] is 'Z' or 'z' && _at < text.Length)
        {
            _at++;
            _zone = Zone.Utc;
            return true;
        }

        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == ':' || (text[_at] is '+' or '-' && _at == from))) _at++;
        if (Zone.ParseOffset(text.AsSpan(from, _at - from)) is not { } minutes) return false;
        _zone = Zone.Fixed(minutes);
        return true;
    }

    private bool ZoneName()
    {
        var from = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '/' or '_' or '+' or '-' or ':')) _at++;
        _zone = Zone.Find(text[from.._at], local);
        return _zone is not null;
    }

    private bool Timestamp(double factor)
    {
        var from = _at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.' || (text[_at] == '-' && _at == from))) _at++;
        if (!double.TryParse(text.AsSpan(from, _at - from), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return false;
        _timestamp = value * factor;
        return true;
    }
}
