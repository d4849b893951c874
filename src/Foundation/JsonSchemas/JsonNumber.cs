using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>A number of JSON as exactly as it was written: digits times a power of ten.</summary>
internal readonly struct JsonNumber : IComparable<JsonNumber>
{
    // Numbers further apart than this are compared by their size alone: nobody may ask for a billion zeros.
    private const int MaxShift = 4000;

    // Decimal holds these without rounding.
    private const int MaxDecimalText = 28;

    private readonly decimal small;
    private readonly BigInteger digits;
    private readonly int exponent;
    private readonly bool isSmall;

    private JsonNumber(decimal value)
    {
        small = value;
        isSmall = true;
    }

    private JsonNumber(BigInteger digits, int exponent)
    {
        this.digits = digits;
        this.exponent = exponent;
    }

    public static JsonNumber Of(JsonElement element)
    {
        var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element);
        return raw.Length <= MaxDecimalText && !raw.ContainsAny((byte)'e', (byte)'E') && element.TryGetDecimal(out var value)
            ? new JsonNumber(value)
            : Parse(Encoding.ASCII.GetString(raw));
    }

    public static JsonNumber Of(long value) => new((decimal)value);

    public static JsonNumber Parse(string text)
    {
        if (text.Length <= MaxDecimalText && !text.AsSpan().ContainsAny('e', 'E')) return new JsonNumber(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = e < 0 ? text : text[..e];

        // Exponents beyond an int say only "endless" and "nothing".
        var shift = e < 0 ? 0 : int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
            ? Math.Clamp(power, -1_000_000_000, 1_000_000_000)
            : text[e + 1] == '-' ? -1_000_000_000 : 1_000_000_000;
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            shift -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }

        // Parsing digits takes time that grows with their square.
        const int most = 500;
        if (mantissa.Length > most)
        {
            shift += mantissa.Length - most;
            mantissa = mantissa[..most];
        }

        return Normal(BigInteger.Parse(mantissa, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), shift);
    }

    /// <summary>Whether there is nothing behind the point.</summary>
    public bool IsInteger => isSmall ? small == decimal.Truncate(small) : exponent >= 0 || digits.IsZero;

    public int Sign => isSmall ? Math.Sign(small) : digits.Sign;

    public bool IsMultipleOf(JsonNumber of)
    {
        if (of.Sign == 0) return false;
        if (isSmall && of.isSmall)
        {
            try
            {
                return small % of.small == 0;
            }
            catch (OverflowException)
            {
                // Exactly, below.
            }
        }

        var (a, b) = (Wide(), of.Wide());
        if (a.digits.IsZero) return true;
        var shift = (long)a.exponent - b.exponent;
        if (Math.Abs(shift) > MaxShift) return false;
        return shift >= 0
            ? (a.digits * BigInteger.Pow(10, (int)shift) % b.digits).IsZero
            : (a.digits % (b.digits * BigInteger.Pow(10, (int)-shift))).IsZero;
    }

    public int CompareTo(JsonNumber other)
    {
        if (isSmall && other.isSmall) return small.CompareTo(other.small);
        if (Sign != other.Sign) return Sign.CompareTo(other.Sign);
        var (a, b) = (Wide(), other.Wide());
        var shift = (long)a.exponent - b.exponent;
        if (Math.Abs(shift) > MaxShift) return Magnitude(a).CompareTo(Magnitude(b)) * Sign;
        return shift >= 0
            ? (a.digits * BigInteger.Pow(10, (int)shift)).CompareTo(b.digits)
            : a.digits.CompareTo(b.digits * BigInteger.Pow(10, (int)-shift));
    }

    /// <summary>The power of ten above it.</summary>
    private static long Magnitude(JsonNumber of) => (long)of.exponent + (long)Math.Ceiling(BigInteger.Log10(BigInteger.Abs(of.digits) + 1));

    private JsonNumber Wide()
    {
        if (!isSmall) return this;
        var scale = small.Scale;
        var value = small;
        var bits = decimal.GetBits(value);
        var whole = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return Normal(value < 0 ? -whole : whole, -scale);
    }

    private static JsonNumber Normal(BigInteger digits, int exponent)
    {
        if (digits.IsZero) return new JsonNumber(BigInteger.Zero, 0);
        while (exponent < 0)
        {
            var (quotient, rest) = BigInteger.DivRem(digits, 10);
            if (!rest.IsZero) break;
            digits = quotient;
            exponent++;
        }

        return new JsonNumber(digits, exponent);
    }
}
