using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>The part of Intl.NumberFormat that data needs: grouping, decimals, percent and currency in the common locales.</summary>
internal static class NumberFormat
{
    private static readonly Dictionary<string, string> Symbols = new(StringComparer.Ordinal)
    {
        ["USD"] = "$",
        ["EUR"] = "€",
        ["GBP"] = "£",
        ["JPY"] = "¥",
        ["INR"] = "₹",
        ["CNY"] = "CN¥",
        ["KRW"] = "₩",
        ["BRL"] = "R$",
        ["CAD"] = "CA$",
        ["AUD"] = "A$",
        ["MXN"] = "MX$",
        ["NZD"] = "NZ$",
        ["ILS"] = "₪",
        ["VND"] = "₫",
        ["HKD"] = "HK$",
        ["TWD"] = "NT$",
        ["XAF"] = "FCFA",
        ["PHP"] = "₱",
    };

    /// <param name="locale">A language tag; undefined means English of the United States.</param>
    /// <param name="options">style, currency, minimumFractionDigits, maximumFractionDigits, useGrouping.</param>
    public static string Format(Evaluator e, double number, JsValue locale, JsValue options)
    {
        e.AllocateText(64);
        e.Step(20);
        var language = locale.AsString ?? locale.AsArray?[0].AsString ?? "en-US";
        var settings = options.AsObject;
        var style = settings?["style"].AsString ?? "decimal";
        var currency = settings?["currency"].AsString?.ToUpperInvariant();
        if (style == "currency" && currency is null) throw JsThrow.Type("Currency code is required with currency style.");
        if (double.IsNaN(number)) return "NaN";
        if (style == "percent") number *= 100;
        if (settings?["notation"].AsString == "compact") return Compact(number);
        if (settings is not null && !settings["maximumSignificantDigits"].IsUndefined) number = Significant(e, number, settings["maximumSignificantDigits"]);
        var common = style == "currency" ? currency is "JPY" or "KRW" or "VND" or "CLP" ? 0 : 2 : 0;
        var least = Fraction(e, settings, "minimumFractionDigits") ?? Math.Min(common, Fraction(e, settings, "maximumFractionDigits") ?? common);
        var most = Fraction(e, settings, "maximumFractionDigits") ?? Math.Max(least, style == "decimal" ? 3 : common);
        if (most < least) throw JsThrow.Range("maximumFractionDigits value is out of range.");
        var text = Plain(Math.Abs(number), least, most, Separators(language), settings?["useGrouping"].IsFalse != true, language);
        var negative = number < 0 ? "-" : "";
        if (style == "percent") return negative + text + (SymbolFollows(language) ? "\u00a0%" : "%");
        if (style != "currency") return negative + text;
        var symbol = settings!["currencyDisplay"].AsString == "code" ? currency! + "\u00a0" : Symbols.GetValueOrDefault(currency!, currency + "\u00a0");
        return SymbolFollows(language) ? $"{negative}{text}\u00a0{symbol.TrimEnd('\u00a0')}" : negative + symbol + text;
    }

    /// <summary>Thousands, millions, billions: two digits, or the whole part when that is longer.</summary>
    private static string Compact(double number)
    {
        var (value, mark) = Math.Abs(number) switch { >= 999.5e9 => (number / 1e12, "T"), >= 999.5e6 => (number / 1e9, "B"), >= 999.5e3 => (number / 1e6, "M"), >= 999.5 => (number / 1e3, "K"), _ => (number, "") };
        return JsNumberText.Format(Math.Abs(value) >= 100 ? Math.Round(value, MidpointRounding.AwayFromZero) : double.Parse(value.ToString("G2", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture)) + mark;
    }

    private static double Significant(Evaluator e, double number, JsValue digits)
    {
        var count = Coerce.ToInteger(e, digits);
        if (count is < 1 or > 21) throw JsThrow.Range("maximumSignificantDigits value is out of range.");
        return double.IsFinite(number) ? double.Parse(number.ToString("E" + (int)(count - 1), System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture) : number;
    }

    private static string Plain(double number, int least, int most, (string Group, string Decimal) marks, bool groups, string language)
    {
        if (double.IsInfinity(number)) return "∞";
        var text = NumberLibrary.ToFixed(Math.Min(number, 1e20), most);
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "" : text[(point + 1)..];
        while (fraction.Length > least && fraction[^1] == '0') fraction = fraction[..^1];
        var isIndian = language.EndsWith("-IN", StringComparison.Ordinal) || language is "hi";
        var isSpanish = language.StartsWith("es", StringComparison.Ordinal) || language.StartsWith("pl", StringComparison.Ordinal) || language is "pt-PT";
        if (groups && whole.Length > (isSpanish ? 4 : 3))
        {
            for (var i = whole.Length - 3; i > 0; i -= isIndian ? 2 : 3) whole = whole.Insert(i, marks.Group);
        }

        return fraction.Length > 0 ? whole + marks.Decimal + fraction : whole;
    }

    private static (string Group, string Decimal) Separators(string language) => language.Split('-')[0] switch
    {
        "de" when language is "de-CH" or "de-LI" => ("’", "."),
        "de" when language is "de-AT" => ("\u00a0", ","),
        "de" or "es" or "it" or "nl" or "da" or "id" or "tr" or "pt" or "el" or "hr" or "sl" or "ro" or "vi" when language != "pt-PT" && language != "es-MX" => (".", ","),
        "fr" => ("\u202f", ","),
        "pl" or "cs" or "sk" or "ru" or "uk" or "sv" or "fi" or "nb" or "no" or "bg" or "hu" or "pt" => ("\u00a0", ","),
        _ => (",", "."),
    };

    private static bool SymbolFollows(string language) =>
        language.Split('-')[0] is "de" or "fr" or "es" or "it" or "pl" or "cs" or "sk" or "ru" or "uk" or "sv" or "fi" or "da" or "hu" or "nb" or "no" or "bg" or "el" or "hr" or "ro" or "vi" && language is not ("de-CH" or "es-MX");

    private static int? Fraction(Evaluator e, JsObject? settings, string name)
    {
        if (settings is null || settings[name].IsUndefined) return null;
        var digits = Coerce.ToInteger(e, settings[name]);
        return digits is >= 0 and <= 100 ? (int)digits : throw JsThrow.Range($"{name} value is out of range.");
    }
}
