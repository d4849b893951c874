using System.Globalization;

namespace Sluice.Workflows.Data;

/// <summary>A number's text as ECMA-262 Number::toString writes it: the shortest digits that read back as the same number.</summary>
internal static class JsNumberText
{
    public static string Format(double number)
    {
        // Whole numbers are what most data holds.
        if (number == (int)number) return ((int)number).ToString(CultureInfo.InvariantCulture);
        if (double.IsNaN(number)) return "NaN";
        if (double.IsInfinity(number)) return number > 0 ? "Infinity" : "-Infinity";
        if (Math.Abs(number) < 1e15 && Math.Abs(number) >= 1e-4) return number.ToString("R", CultureInfo.InvariantCulture);

        Span<char> buffer = stackalloc char[32];
        number.TryFormat(buffer, out var length, "R", CultureInfo.InvariantCulture);
        return Layout(buffer[..length]);
    }

    /// <summary>Brings .NET's shortest text (<c>-1.5E+21</c>, <c>0.0001</c>) into JavaScript's form.</summary>
    private static string Layout(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        if (negative) text = text[1..];
        var mark = text.IndexOf('E');
        var exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        // The value is 0.DIGITS times ten to the power of `scale`.
        var scale = exponent + (point < 0 ? digits.Length : point);
        var leading = digits.Length - digits.TrimStart('0').Length;
        scale -= leading;
        digits = digits.Trim('0') is { Length: > 0 } significant ? significant : "0";

        var sign = negative ? "-" : "";
        if (digits.Length <= scale && scale <= 21) return sign + digits.PadRight(scale, '0');
        if (scale is > 0 and <= 21) return $"{sign}{digits.AsSpan(0, scale)}.{digits.AsSpan(scale)}";
        if (scale is > -6 and <= 0) return $"{sign}0.{new string('0', -scale)}{digits}";
        var power = scale - 1;
        var powerText = (power < 0 ? "-" : "+") + Math.Abs(power).ToString(CultureInfo.InvariantCulture);
        return digits.Length == 1 ? $"{sign}{digits}e{powerText}" : $"{sign}{digits[0]}.{digits.AsSpan(1)}e{powerText}";
    }
}
