using System.Globalization;
using System.Xml;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>Values of simple types as text and as JSON.</summary>
internal static class SimpleValues
{
    /// <summary>The largest whole number that JavaScript holds exactly.</summary>
    private const decimal MostExact = 9_007_199_254_740_991m;

    /// <summary>The text that a value is in XML.</summary>
    /// <returns>Null when the value is not of the type; <paramref name="expected"/> says what would be.</returns>
    public static string? Write(JsValue value, XsdSimpleType type, out string expected)
    {
        expected = "";
        if (type.Items is { } items && value.AsArray is { } list)
        {
            var words = new List<string>(list.Count);
            foreach (var element in list)
            {
                if (Write(element, items, out expected) is not { } word) return null;
                words.Add(word);
            }

            return string.Join(' ', words);
        }

        if (value.AsReference is { } reference and not (JsObject or JsArray)) value = reference.ToJson();
        if (!(value.IsString || value.IsNumber || value.IsBoolean))
        {
            expected = Describe(type);
            return null;
        }

        var text = ParameterValues.ToText(value);
        if (!XmlText.IsWritable(text))
        {
            expected = "text without control characters";
            return null;
        }

        if (type.Items is not null) return text;
        if (type.Words is { } allowed)
        {
            if (allowed.Contains(text, StringComparer.Ordinal)) return text;
            expected = $"one of {string.Join(", ", allowed.Take(20))}{(allowed.Count > 20 ? ", ..." : "")}";
            return null;
        }

        var written = type.Primitive switch
        {
            XsdPrimitive.Boolean => text is "true" or "false" ? text : text is "1" ? "true" : text is "0" ? "false" : null,
            XsdPrimitive.Integer => Integer(value, text, type),
            XsdPrimitive.Decimal => Number(value, text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint),
            XsdPrimitive.Double => text switch { "Infinity" or "INF" => "INF", "-Infinity" or "-INF" => "-INF", "NaN" => text, _ => Number(value, text, NumberStyles.Float) },
            XsdPrimitive.Date => Calendar(text, static t => XmlConvert.ToDateTimeOffset(t, ["yyyy-MM-dd", "yyyy-MM-ddzzz", "yyyy-MM-ddZ"])) ?? (text.Length > 10 && text[10] == 'T' && Calendar(text, static t => XmlConvert.ToDateTimeOffset(t)) is not null ? text[..10] : null),
            XsdPrimitive.DateTime => Calendar(text, static t => XmlConvert.ToDateTime(t, XmlDateTimeSerializationMode.RoundtripKind)) is { } moment ? text.Contains('T', StringComparison.Ordinal) ? moment : moment + "T00:00:00" : null,
            XsdPrimitive.Time => Calendar(text, static t => XmlConvert.ToDateTime("2000-01-01T" + t, XmlDateTimeSerializationMode.RoundtripKind)),
            XsdPrimitive.Base64 => text.Length == 0 || Convert.TryFromBase64String(text, new byte[(text.Length * 3 / 4) + 4], out _) ? text : null,
            XsdPrimitive.Hex => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? text : null,
            _ => text,
        };
        if (written is null) expected = Describe(type);
        return written;
    }

    /// <summary>What a text in XML is in JSON; the text itself where it is not what its type says.</summary>
    public static JsValue Read(string text, XsdSimpleType type)
    {
        if (type.Items is { } items)
        {
            var list = new JsArray();
            foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) list.Add(Read(word, items));
            return list;
        }

        switch (type.Primitive)
        {
            case XsdPrimitive.Boolean:
                return text.Trim() switch { "true" or "1" => true, "false" or "0" => false, _ => text };
            case XsdPrimitive.Integer:
                // What JavaScript would round stays text.
                return decimal.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && Math.Abs(whole) <= MostExact ? (double)whole : (JsValue)text.Trim();
            case XsdPrimitive.Decimal:
                var trimmed = text.Trim();
                return Digits(trimmed) <= 15 && double.TryParse(trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var near) ? near : (JsValue)trimmed;
            case XsdPrimitive.Double:
                return double.TryParse(text.AsSpan().Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : (JsValue)text.Trim();
            case XsdPrimitive.Text:
                return text;
            default:
                return text.Trim();
        }
    }

    /// <summary>What a value of the type looks like, for messages.</summary>
    public static string Describe(XsdSimpleType type) => type.Items is not null ? "a list" : type.Primitive switch
    {
        XsdPrimitive.Boolean => "a boolean",
        XsdPrimitive.Integer when type.Least is { } least && type.Most is { } most => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        XsdPrimitive.Integer => "a whole number",
        XsdPrimitive.Decimal or XsdPrimitive.Double => "a number",
        XsdPrimitive.Date => "a date (2026-11-20)",
        XsdPrimitive.Time => "a time (10:30:00)",
        XsdPrimitive.DateTime => "a date and time (2026-11-20T10:30:00Z)",
        XsdPrimitive.Base64 => "Base64",
        XsdPrimitive.Hex => "hexadecimal digits",
        _ => "a text",
    };

    /// <summary>Digits that count: fifteen survive a JavaScript number.</summary>
    private static int Digits(string number) => number.Where(char.IsAsciiDigit).SkipWhile(static c => c == '0').Count();

    private static string? Integer(JsValue value, string text, XsdSimpleType type)
    {
        if (value.IsBoolean || !decimal.TryParse(value.IsNumber && Math.Abs(value.AsNumber) < 1e28 ? value.AsNumber.ToString("F0", CultureInfo.InvariantCulture) : text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return null;
        if (value.IsNumber && value.AsNumber != Math.Truncate(value.AsNumber)) return null;
        return number < (type.Least ?? number) || number > (type.Most ?? number) ? null : number.ToString(CultureInfo.InvariantCulture);
    }

    private static string? Number(JsValue value, string text, NumberStyles styles)
    {
        if (value.IsBoolean) return null;
        // 1e21 is written so by JavaScript, and is no decimal of XML Schema.
        if (value.IsNumber && text.Contains('e', StringComparison.Ordinal) && !styles.HasFlag(NumberStyles.AllowExponent))
            return Math.Abs(value.AsNumber) < 1e28 ? ((decimal)value.AsNumber).ToString(CultureInfo.InvariantCulture) : null;
        return double.TryParse(text.AsSpan().Trim(), styles, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? text.Trim() : null;
    }

    private static string? Calendar<T>(string text, Func<string, T> parse)
    {
        try
        {
            parse(text.Trim());
            return text.Trim();
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
