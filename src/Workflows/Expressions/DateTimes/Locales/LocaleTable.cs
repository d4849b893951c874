using System.Collections.Concurrent;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.DateTimes.Locales;

/// <summary>
/// How dates, numbers and spans of time are written in a language: what the Unicode CLDR (version 48, as Node 20 has it) says of it, kept in
/// <c>locales.json</c> because the program runs without ICU. American English is not here: it is what is written where there is no table.
/// </summary>
internal sealed class LocaleTable
{
    private static readonly Lazy<JsObject> All = new(Load);

    private static readonly ConcurrentDictionary<string, LocaleTable?> Known = new(StringComparer.OrdinalIgnoreCase);

    private readonly JsObject _own;
    private readonly JsObject _language;

    private readonly string _name;

    private LocaleTable(JsObject own, JsObject language, string name)
    {
        (_own, _language, _name) = (own, language, name);
        Months = Words("months")!;
        MonthsAlone = Words("monthsAlone") ?? Months;
        ShortMonths = Words("monthsShort")!;
        ShortMonthsAlone = Words("monthsShortAlone") ?? ShortMonths;
        DaysAlone = Words("daysAlone")!;
        Days = Words("days") ?? DaysAlone;
        ShortDaysAlone = Words("daysShortAlone")!;
        ShortDays = Words("daysShort") ?? ShortDaysAlone;
        Periods = Words("periods")!;
        And = Words("and")!;
        Or = Value("or").AsString!;
    }

    /// <summary>Inside a date, as in "5 lutego"; by itself the month may have another form ("luty").</summary>
    public string[] Months { get; }

    public string[] MonthsAlone { get; }

    public string[] ShortMonths { get; }

    public string[] ShortMonthsAlone { get; }

    /// <summary>From Monday.</summary>
    public string[] Days { get; }

    public string[] DaysAlone { get; }

    public string[] ShortDays { get; }

    public string[] ShortDaysAlone { get; }

    /// <summary>Before and after noon.</summary>
    public string[] Periods { get; }

    /// <summary>What stands between the parts of a list, and before its last.</summary>
    public string[] And { get; }

    public string Or { get; }

    /// <param name="tag">A language tag such as <c>de-AT</c>; the table of its language stands in for a region without its own.</param>
    /// <returns>Null for American English and what is not known.</returns>
    public static LocaleTable? Of(string tag)
    {
        if (tag.Length is < 2 or > 35 || tag is "en" or "en-US") return null;
        if (Known.TryGetValue(tag, out var table)) return table;
        var parts = tag.Split('-', '_');
        var language = parts[0].ToLowerInvariant() is "no" ? "nb" : parts[0].ToLowerInvariant();
        var own = parts.Length > 1 ? All.Value[$"{language}-{parts[^1].ToUpperInvariant()}"].AsObject : null;
        var whole = All.Value[language].AsObject ?? own;
        table = whole is null ? null : new LocaleTable(own ?? whole, whole, language);
        if (Known.Count < 500) Known[tag] = table;
        return table;
    }

    /// <summary>The pattern of a date or time, in the letters of the CLDR; null when there is none by this name.</summary>
    public string? Pattern(string name) => Field("patterns", name).AsString;

    /// <summary>What stands between a date and a time.</summary>
    public string Joint(string name) => Field("joints", name).AsString ?? ", ";

    public string Minus => Number("minus").AsString ?? "-";

    public JsValue Number(string name) => Field("number", name);

    public string? Symbol(string currency) => Number("symbols").AsObject?[currency].AsString;

    /// <summary>"in 3 days" in this language.</summary>
    /// <param name="unit">In the singular and in English.</param>
    /// <param name="words">Whether 1 day ago is "yesterday".</param>
    /// <returns>Null when the unit has no words.</returns>
    public string? Relative(double count, string unit, bool words, string number)
    {
        if (Field("relative", unit).AsObject is not { } forms) return null;
        if (words && (count is -1 or 0 or 1) && forms["words"].AsArray?[(int)count + 1].AsString is { } word) return word;
        var form = forms[count < 0 || double.IsNegative(count) ? "past" : "future"];
        var plural = form.AsString ?? form.AsObject?[Plural(Math.Abs(count))].AsString ?? form.AsObject?["other"].AsString;
        return plural?.Replace("{0}", number, StringComparison.Ordinal);
    }

    /// <summary>Which form of the plural a count takes.</summary>
    public string Plural(double count)
    {
        var whole = count == Math.Truncate(count);
        var (tens, ones) = (count % 100, count % 10);
        switch (_name)
        {
            case "ja" or "ko" or "zh" or "id" or "vi": return "other";
            case "fr" or "pt": return count < 2 ? "one" : Million();
            case "es" or "it" or "ca": return count == 1 ? "one" : Million();
            case "hi": return count is >= 0 and <= 1 ? "one" : "other";
            case "da": return count is > 0 and < 2 ? "one" : "other";
            case "he": return count is > 0 and <= 1 ? "one" : count == 2 ? "two" : "other";
            case "cs" or "sk": return !whole ? "many" : count == 1 ? "one" : count is >= 2 and <= 4 ? "few" : "other";
            case "pl": return !whole ? "other" : count == 1 ? "one" : ones is >= 2 and <= 4 && tens is < 12 or > 14 ? "few" : "many";
            case "ru" or "uk": return !whole ? "other" : ones == 1 && tens != 11 ? "one" : ones is >= 2 and <= 4 && tens is < 12 or > 14 ? "few" : "many";
            case "hr": return !whole ? "other" : ones == 1 && tens != 11 ? "one" : ones is >= 2 and <= 4 && tens is < 12 or > 14 ? "few" : "other";
            case "ro": return count == 1 ? "one" : !whole || count == 0 || tens is >= 1 and <= 19 ? "few" : "other";
            case "sl": return !whole || tens is 3 or 4 ? "few" : tens == 1 ? "one" : tens == 2 ? "two" : "other";
            default: return count == 1 ? "one" : "other";
        }

        string Million() => whole && count != 0 && count % 1_000_000 == 0 ? "many" : "other";
    }

    private static JsObject Load()
    {
        using var stream = typeof(LocaleTable).Assembly.GetManifestResourceStream("locales.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return JsJson.Parse(bytes).AsObject!;
    }

    private JsValue Value(string name) => _own.Contains(name) ? _own[name] : _language[name];

    /// <summary>A field of a group: a region tells only what it does otherwise.</summary>
    private JsValue Field(string group, string name) => _own[group].AsObject is { } own && own.Contains(name) ? own[name] : _language[group].AsObject?[name] ?? default;

    private string[]? Words(string name) => Value(name).AsArray is { } words ? [.. words.Select(w => w.AsString!)] : null;
}
