using System.Globalization;
using Sluice.Foundation.Errors;

namespace Sluice.Foundation.Schema;

/// <summary>
/// The type of a plain YAML scalar, as YAML 1.1 and the parser that Kong uses have it: <c>yes</c>, <c>no</c>, <c>on</c> and <c>off</c> are
/// booleans, <c>0x1f</c>, <c>0b101</c>, <c>017</c> and <c>1_000</c> numbers, and so is <c>1:30</c> (base 60).
/// </summary>
public static class YamlScalar
{
    /// <summary>The scalar of plain <paramref name="text"/>.</summary>
    public static ScalarNode Type(Place place, string text)
    {
        if (text.Length == 0 || text is "~" or "null" or "Null" or "NULL")
            return new ScalarNode(place, ScalarKind.Null, text, plain: true);
        if (Boolean(text) is { } boolean)
            return new ScalarNode(place, ScalarKind.Boolean, text, boolean ? 1 : 0, plain: true);
        return Number(text) is { } number
            ? new ScalarNode(place, ScalarKind.Number, text, number, plain: true)
            : new ScalarNode(place, ScalarKind.String, text, plain: true);
    }

    private static bool? Boolean(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    private static double? Number(string text)
    {
        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('+' or '-' or '.' or '_'))
            return null;
        switch (text)
        {
            case ".nan" or ".NaN" or ".NAN": return double.NaN;
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF": return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF": return double.NegativeInfinity;
        }
        var negative = first == '-';
        var digits = text.AsSpan(negative || first == '+' ? 1 : 0);
        var magnitude = Radix(digits) ?? Float(digits) ?? Sexagesimal(digits);
        return negative ? -magnitude : magnitude;
    }

    private static double? Radix(ReadOnlySpan<char> digits) =>
        digits.StartsWith("0x") ? Digits(digits[2..], 16) :
        digits.StartsWith("0b") ? Digits(digits[2..], 2) :
        digits.Length > 1 && digits[0] == '0' ? Digits(digits[1..], 8) ?? Digits(digits, 10) :
        Digits(digits, 10);

    private static double? Digits(ReadOnlySpan<char> digits, int radix)
    {
        double value = 0;
        var any = false;
        foreach (var c in digits)
        {
            if (c == '_')
                continue;
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
            any = true;
        }
        return any ? value : null;
    }

    private static double? Float(ReadOnlySpan<char> text) =>
        text.IndexOfAny('.', 'e', 'E') >= 0
        && double.TryParse(text.ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static double? Sexagesimal(ReadOnlySpan<char> text)
    {
        double value = 0;
        var parts = 0;
        double fraction = 0;
        var dot = text.IndexOf('.');
        if (dot > 0)
        {
            if (!double.TryParse(text[dot..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out fraction))
                return null;
            text = text[..dot];
        }
        foreach (var range in text.Split(':'))
        {
            var part = text[range];
            if (part.Length == 0 || part.ContainsAnyExceptInRange('0', '9') || (parts > 0 && (part.Length > 2 || (part.Length == 2 && part[0] > '5'))))
                return null;
            value = (value * 60) + double.Parse(part, CultureInfo.InvariantCulture);
            parts++;
        }
        return parts > 1 ? value + fraction : null;
    }
}
