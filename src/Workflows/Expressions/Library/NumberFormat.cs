using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.DateTimes.Locales;
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

    private static readonly Dictionary<string, (string One, string Many)> Names = new(StringComparer.Ordinal)
    {
        ["USD"] = ("US dollar", "US dollars"),
        ["EUR"] = ("euro", "euros"),
        ["GBP"] = ("British pound", "British pounds"),
        ["CHF"] = ("Swiss franc", "Swiss francs"),
        ["JPY"] = ("Japanese yen", "Japanese yen"),
        ["INR"] = ("Indian rupee", "Indian rupees"),
        ["CAD"] = ("Canadian dollar", "Canadian dollars"),
        ["AUD"] = ("Australian dollar", "Australian dollars"),
        ["BRL"] = ("Brazilian real", "Brazilian reals"),
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
        if (settings?["notation"].AsString == "compact") return Compact(number, settings["compactDisplay"].AsString == "long");
        if (settings is not null && !settings["maximumSignificantDigits"].IsUndefined) number = Significant(e, number, settings["maximumSignificantDigits"]);
        var common = style == "currency" ? currency is "JPY" or "KRW" or "VND" or "CLP" ? 0 : 2 : 0;
        var least = Fraction(e, settings, "minimumFractionDigits") ?? Math.Min(common, Fraction(e, settings, "maximumFractionDigits") ?? common);
        var most = Fraction(e, settings, "maximumFractionDigits") ?? Math.Max(least, style == "decimal" ? 3 : common);
        if (most < least) throw JsThrow.Range("maximumFractionDigits value is out of range.");
        var table = LocaleTable.Of(language);
        var text = Plain(Math.Abs(number), least, most, Marks(table, language, style == "currency"), settings?["useGrouping"].IsFalse != true, LeastWhole(e, settings));
        var sign = Sign(number, text, settings?["signDisplay"].AsString, table);
        if (style == "percent") return sign + (table?.Number("percent").AsString ?? "#%").Replace("#", text, StringComparison.Ordinal);
        return style == "currency" ? sign.Length > 0 && sign != "+" && settings!["currencySign"].AsString == "accounting" && table is null
            ? $"({Money(text, "", currency!, settings, table)})" : Money(text, sign, currency!, settings!, table) : sign + text;
    }

    private static string Money(string text, string sign, string currency, JsObject settings, LocaleTable? table)
    {
        var display = settings["currencyDisplay"].AsString;
        var symbol = display == "code" ? currency : table is null ? Symbols.GetValueOrDefault(currency, currency) : table.Symbol(currency) ?? currency;
        // The national mark without its country, as in CA$.
        if (display == "narrowSymbol" && symbol.IndexOf('$', StringComparison.Ordinal) is >= 0) symbol = "$";
        if (display == "name" && table is null && Names.TryGetValue(currency, out var names)) return $"{sign}{text} {(text.TrimEnd('0', '.') == "1" ? names.One : names.Many)}";
        if (table is null) return sign + (char.IsLetter(symbol[^1]) ? symbol + "\u00a0" : symbol) + text;
        var pattern = sign == table.Minus && table.Number("negativeCurrency").AsString is { } negative ? negative : sign + table.Number("currency").AsString;
        // A mark of letters does not touch the number.
        var space = char.IsLetter(symbol[^1]) && pattern.Contains("¤#", StringComparison.Ordinal) ? "\u00a0" : "";
        return pattern.Replace("¤", symbol + space, StringComparison.Ordinal).Replace("#", text, StringComparison.Ordinal);
    }

    private static string Sign(double number, string text, string? display, LocaleTable? table)
    {
        var isZero = !text.Any(c => c is >= '1' and <= '9' or '∞');
        var isNegative = number < 0 || number == 0 && double.IsNegative(number);
        var minus = table?.Minus ?? "-";
        return display switch
        {
            "always" => isNegative ? minus : "+",
            "exceptZero" => isZero ? "" : isNegative ? minus : "+",
            "never" => "",
            "negative" => isNegative && !isZero ? minus : "",
            _ => isNegative ? minus : "",
        };
    }

    private static int LeastWhole(Evaluator e, JsObject? settings)
    {
        if (settings is null || settings["minimumIntegerDigits"].IsUndefined) return 1;
        var least = Coerce.ToInteger(e, settings["minimumIntegerDigits"]);
        return least is >= 1 and <= 21 ? (int)least : throw JsThrow.Range("minimumIntegerDigits value is out of range.");
    }

    private static (string Group, string Decimal, int LeastGrouped, bool IsIndian) Marks(LocaleTable? table, string language, bool money)
    {
        if (table is null) return (",", ".", 4, language.EndsWith("-IN", StringComparison.Ordinal));
        var group = (money ? table.Number("currencyGroup").AsString : null) ?? table.Number("group").AsString!;
        var point = (money ? table.Number("currencyDecimal").AsString : null) ?? table.Number("decimal").AsString!;
        return (group, point, table.Number("leastGrouped").IsNumber ? (int)table.Number("leastGrouped").AsNumber : 4, table.Number("indian").IsTrue);
    }

    /// <summary>Thousands, millions, billions: two digits, or the whole part when that is longer.</summary>
    private static string Compact(double number, bool isLong)
    {
        var (value, mark) = Math.Abs(number) switch { >= 999.5e9 => (number / 1e12, isLong ? " trillion" : "T"), >= 999.5e6 => (number / 1e9, isLong ? " billion" : "B"), >= 999.5e3 => (number / 1e6, isLong ? " million" : "M"), >= 999.5 => (number / 1e3, isLong ? " thousand" : "K"), _ => (number, "") };
        return JsNumberText.Format(Math.Abs(value) >= 100 ? Math.Round(value, MidpointRounding.AwayFromZero) : double.Parse(value.ToString("G2", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture)) + mark;
    }

    private static double Significant(Evaluator e, double number, JsValue digits)
    {
        var count = Coerce.ToInteger(e, digits);
        if (count is < 1 or > 21) throw JsThrow.Range("maximumSignificantDigits value is out of range.");
        return double.IsFinite(number) ? double.Parse(number.ToString("E" + (int)(count - 1), System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture) : number;
    }

    private static string Plain(double number, int least, int most, (string Group, string Decimal, int LeastGrouped, bool IsIndian) marks, bool groups, int leastWhole)
    {
        if (double.IsInfinity(number)) return "∞";
        var text = Rounded(Math.Min(number, 1e20), most);
        var point = text.IndexOf('.');
        var whole = (point < 0 ? text : text[..point]).PadLeft(leastWhole, '0');
        var fraction = point < 0 ? "" : text[(point + 1)..];
        while (fraction.Length > least && fraction[^1] == '0') fraction = fraction[..^1];
        if (groups && whole.Length >= marks.LeastGrouped)
        {
            for (var i = whole.Length - 3; i > 0; i -= marks.IsIndian ? 2 : 3) whole = whole.Insert(i, marks.Group);
        }

        return fraction.Length > 0 ? whole + marks.Decimal + fraction : whole;
    }

    /// <summary>Rounds what is written, not what is stored: 1.005 to 1.01, as ICU does.</summary>
    private static string Rounded(double number, int digits)
    {
        if (number < 1e15 && digits <= 12 && decimal.TryParse(JsNumberText.Format(number), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var exact))
            return Math.Round(exact, digits, MidpointRounding.AwayFromZero).ToString("F" + digits.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
        return NumberLibrary.ToFixed(number, digits);
    }

    private static int? Fraction(Evaluator e, JsObject? settings, string name)
    {
        if (settings is null || settings[name].IsUndefined) return null;
        var digits = Coerce.ToInteger(e, settings[name]);
        return digits is >= 0 and <= 100 ? (int)digits : throw JsThrow.Range($"{name} value is out of range.");
    }
}
