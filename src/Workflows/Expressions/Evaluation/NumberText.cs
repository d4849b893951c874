using System.Globalization;
using System.Numerics;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Numbers from text, by ECMA-262's rules.</summary>
internal static class NumberText
{
    /// <summary>What counts as blank at the ends of a number and in <c>trim()</c>.</summary>
    public static bool IsBlank(char c) => c is '\t' or '\n' or '\v' or '\f' or '\r' or ' ' or '\u00a0' or '\ufeff' or '\u2028' or '\u2029' ||
        (c > '\u007f' && char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator);

    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => TrimEnd(TrimStart(text));

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        var from = 0;
        while (from < text.Length && IsBlank(text[from])) from++;
        return text[from..];
    }

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        var to = text.Length;
        while (to > 0 && IsBlank(text[to - 1])) to--;
        return text[..to];
    }

    /// <summary><c>Number(text)</c> (StringToNumber).</summary>
    public static double ToNumber(string text)
    {
        var trimmed = Trim(text);
        if (trimmed.Length == 0) return 0;
        if (trimmed.Length > 2 && trimmed[0] == '0')
        {
            var radix = trimmed[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 0 };
            if (radix > 0) return AllDigits(trimmed[2..], radix) ? ParseInRadix(trimmed[2..], radix) : double.NaN;
        }

        return DecimalLength(trimmed) == trimmed.Length ? ParseDecimal(trimmed) : double.NaN;
    }

    /// <summary><c>parseFloat(text)</c>.</summary>
    public static double ParseFloat(string text)
    {
        var trimmed = TrimStart(text);
        var length = DecimalLength(trimmed);
        return length == 0 ? double.NaN : ParseDecimal(trimmed[..length]);
    }

    /// <summary><c>parseInt(text, radix)</c>.</summary>
    public static double ParseInt(string text, int radix)
    {
        var rest = TrimStart(text);
        var negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+' && rest.Length > 0) rest = rest[1..];
        if (radix is 0 or 16 && rest.Length >= 2 && rest[0] == '0' && rest[1] is 'x' or 'X' && rest[0] == '0')
        {
            rest = rest[2..];
            radix = 16;
        }

        if (radix == 0) radix = 10;
        if (radix is < 2 or > 36) return double.NaN;
        var length = 0;
        while (length < rest.Length && Digit(rest[length]) < radix) length++;
        if (length == 0) return double.NaN;
        var value = radix == 10 ? double.Parse(rest[..length], NumberStyles.None, CultureInfo.InvariantCulture) : ParseInRadix(rest[..length], radix);
        return negative ? -value : value;
    }

    public static double ParseInRadix(ReadOnlySpan<char> digits, int radix)
    {
        double quick = 0;
        if (digits.Length <= 10)
        {
            foreach (var c in digits) quick = quick * radix + Digit(c);
            return quick;
        }

        // Rounding once needs all digits; more than these only scale.
        if (digits.Length > 1100) return double.PositiveInfinity;
        var exact = BigInteger.Zero;
        foreach (var c in digits) exact = exact * radix + Digit(c);
        return (double)exact;
    }

    public static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'z' => c - 'a' + 10,
        >= 'A' and <= 'Z' => c - 'A' + 10,
        _ => 99,
    };

    /// <summary><c>number.toString(radix)</c> for a radix other than ten.</summary>
    public static string InRadix(double number, int radix)
    {
        if (double.IsNaN(number)) return "NaN";
        if (double.IsInfinity(number)) return number > 0 ? "Infinity" : "-Infinity";
        var negative = number < 0;
        number = Math.Abs(number);
        var whole = Math.Floor(number);
        var fraction = number - whole;
        var text = new System.Text.StringBuilder();
        if (fraction > 0)
        {
            // Digits until the next number would be nearer, as V8 does it.
            var delta = Math.Max(0.5 * (Math.BitIncrement(number) - number), double.Epsilon);
            text.Append('.');
            do
            {
                fraction *= radix;
                delta *= radix;
                var digit = (int)fraction;
                text.Append(DigitOf(digit));
                fraction -= digit;
                if (fraction > 0.5 || (fraction == 0.5 && (digit & 1) == 1))
                {
                    if (fraction + delta > 1)
                    {
                        RoundUp(text, radix, ref whole);
                        break;
                    }
                }
            }
            while (fraction >= delta);
            if (text.Length == 1) text.Clear();
        }

        var wholeText = new System.Text.StringBuilder();
        var rest = new BigInteger(whole);
        do
        {
            wholeText.Insert(0, DigitOf((int)(rest % radix)));
            rest /= radix;
        }
        while (rest > 0);
        return (negative ? "-" : "") + wholeText + text;
    }

    private static void RoundUp(System.Text.StringBuilder text, int radix, ref double whole)
    {
        while (true)
        {
            if (text.Length == 1)
            {
                whole++;
                return;
            }

            var digit = Digit(text[^1]) + 1;
            text.Length--;
            if (digit < radix)
            {
                text.Append(DigitOf(digit));
                return;
            }
        }
    }

    private static char DigitOf(int digit) => (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);

    private static bool AllDigits(ReadOnlySpan<char> digits, int radix)
    {
        foreach (var c in digits)
            if (Digit(c) >= radix) return false;
        return digits.Length > 0;
    }

    /// <summary>How much of the start is a decimal number.</summary>
    private static int DecimalLength(ReadOnlySpan<char> text)
    {
        var at = text.Length > 0 && text[0] is '+' or '-' && text.Length > 0 ? 1 : 0;
        if (text[at..].StartsWith("Infinity", StringComparison.Ordinal)) return at + 8;
        var digits = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at])) (at, digits) = (at + 1, digits + 1);
        if (at < text.Length && text[at] == '.')
        {
            var point = at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) (at, digits) = (at + 1, digits + 1);
            if (digits == 0) return 0;
            if (at == point + 1 && digits == 0) return point;
        }

        if (digits == 0) return 0;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-') exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                while (exponent < text.Length && char.IsAsciiDigit(text[exponent])) exponent++;
                at = exponent;
            }
        }

        return at;
    }

    private static double ParseDecimal(ReadOnlySpan<char> text)
    {
        var sign = text[0] is '-' ? -1 : 1;
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        if (digits.StartsWith("Infinity", StringComparison.Ordinal)) return sign * double.PositiveInfinity;
        return sign * double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
