using System.Globalization;
using System.Numerics;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Number and Boolean.</summary>
internal static class NumberLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 1, (e, self, a) =>
        {
            var radix = a.At(0).IsUndefined ? 10 : Coerce.ToInteger(e, a[0]);
            if (radix is < 2 or > 36) throw JsThrow.Range("toString() radix must be between 2 and 36");
            e.AllocateText(64);
            return radix == 10 ? JsNumberText.Format(self.AsNumber) : NumberText.InRadix(self.AsNumber, (int)radix);
        })
        .Add("toFixed", 1, (e, self, a) => ToFixed(self.AsNumber, Digits(e, a.At(0), 0, 0)))
        .Add("toPrecision", 1, (e, self, a) => a.At(0).IsUndefined ? JsNumberText.Format(self.AsNumber) : ToPrecision(self.AsNumber, Digits(e, a[0], 1, 1)))
        .Add("toExponential", 1, (e, self, a) => ToExponential(self.AsNumber, a.At(0).IsUndefined ? -1 : Digits(e, a[0], 0, 0)))
        .Add("toLocaleString", 0, (e, self, a) => NumberFormat.Format(e, self.AsNumber, a.At(0), a.At(1)))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static MethodTable BooleanMethods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (e, self, _) => Coerce.ToText(e, self))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("Number", 1, new MethodTable.Builder()
        .Constant("MAX_SAFE_INTEGER", 9007199254740991)
        .Constant("MIN_SAFE_INTEGER", -9007199254740991)
        .Constant("MAX_VALUE", double.MaxValue)
        .Constant("MIN_VALUE", double.Epsilon)
        .Constant("EPSILON", Math.Pow(2, -52))
        .Constant("POSITIVE_INFINITY", double.PositiveInfinity)
        .Constant("NEGATIVE_INFINITY", double.NegativeInfinity)
        .Constant("NaN", double.NaN)
        .Add("isInteger", 1, (_, _, a) => IsInteger(a.At(0)))
        .Add("isSafeInteger", 1, (_, _, a) => IsInteger(a.At(0)) && Math.Abs(a[0].AsNumber) <= 9007199254740991)
        .Add("isFinite", 1, (_, _, a) => a.At(0).IsNumber && double.IsFinite(a[0].AsNumber))
        .Add("isNaN", 1, (_, _, a) => a.At(0).IsNumber && double.IsNaN(a[0].AsNumber))
        .Add("parseFloat", 1, (e, _, a) => NumberText.ParseFloat(Coerce.ToText(e, a.At(0))))
        .Add("parseInt", 2, (e, _, a) => NumberText.ParseInt(Coerce.ToText(e, a.At(0)), Coerce.ToInt32(e, a.At(1))))
        .Build(), (e, _, a) => Convert(e, a), (e, _, a) => Convert(e, a), _ => false);

    public static NativeConstructor BooleanConstructor { get; } =
        new("Boolean", 1, MethodTable.Empty, (_, _, a) => Coerce.ToBoolean(a.At(0)), (_, _, a) => Coerce.ToBoolean(a.At(0)), _ => false);

    public static bool IsInteger(JsValue value) => value.IsNumber && double.IsFinite(value.AsNumber) && value.AsNumber == Math.Floor(value.AsNumber);

    public static string ToFixed(double number, int digits)
    {
        if (!double.IsFinite(number) || Math.Abs(number) >= 1e21) return JsNumberText.Format(number);
        var text = Round(Math.Abs(number), digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        if (digits > 0) text = $"{text.AsSpan(0, text.Length - digits)}.{text.AsSpan(text.Length - digits)}";
        return number < 0 ? "-" + text : text;
    }

    /// <summary>The whole number nearest to number * 10^digits, worked out exactly; halves go up.</summary>
    private static BigInteger Round(double number, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)((bits >> 52) & 0x7ff);
        BigInteger mantissa = bits & 0xfffffffffffff;
        if (exponent == 0) exponent++;
        else mantissa += 1L << 52;
        exponent -= 1075;
        var scaled = mantissa * BigInteger.Pow(10, Math.Max(0, digits));
        var divisor = BigInteger.Pow(10, Math.Max(0, -digits));
        if (exponent >= 0) scaled <<= exponent;
        else divisor <<= -exponent;
        return (scaled * 2 + divisor) / (divisor * 2);
    }

    private static string ToPrecision(double number, int precision)
    {
        if (!double.IsFinite(number)) return JsNumberText.Format(number);
        var (digits, exponent) = Significant(Math.Abs(number), precision);
        var sign = number < 0 ? "-" : "";
        if (exponent < -6 || exponent >= precision) return sign + WithExponent(digits, exponent);
        if (exponent == precision - 1) return sign + digits;
        return exponent >= 0 ? $"{sign}{digits.AsSpan(0, exponent + 1)}.{digits.AsSpan(exponent + 1)}" : $"{sign}0.{new string('0', -exponent - 1)}{digits}";
    }

    private static string ToExponential(double number, int fraction)
    {
        if (!double.IsFinite(number)) return JsNumberText.Format(number);
        var sign = number < 0 ? "-" : "";
        if (fraction >= 0)
        {
            var (digits, exponent) = Significant(Math.Abs(number), fraction + 1);
            return sign + WithExponent(digits, exponent);
        }

        // As many digits as it takes to read the same number again.
        var shortest = Math.Abs(number).ToString("E16", CultureInfo.InvariantCulture);
        for (var length = 1; length <= 17; length++)
        {
            var (digits, exponent) = Significant(Math.Abs(number), length);
            var text = WithExponent(digits, exponent);
            if (double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) == Math.Abs(number)) return sign + text;
        }

        return sign + shortest;
    }

    private static string WithExponent(string digits, int exponent) =>
        $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits.AsSpan(1)}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture)}";

    private static (string Digits, int Exponent) Significant(double number, int count)
    {
        if (number == 0) return (new string('0', count), 0);
        var exponent = (int)Math.Floor(Math.Log10(number));
        for (var guess = exponent + 1; ; guess--)
        {
            var digits = Round(number, count - 1 - guess).ToString(CultureInfo.InvariantCulture);
            if (digits.Length == count && digits[0] != '0') return (digits, guess);
            if (digits.Length > count) return (digits[..count], guess + 1);
        }
    }

    private static int Digits(Evaluator e, JsValue value, int missing, int least)
    {
        var digits = value.IsUndefined ? missing : Coerce.ToInteger(e, value);
        if (digits < least || digits > 100) throw JsThrow.Range($"digits argument must be between {least} and 100");
        e.AllocateText(128);
        e.Step(20);
        return (int)digits;
    }

    private static JsValue Convert(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        if (a.Length == 0) return 0;
        var value = Coerce.ToPrimitive(e, a[0], preferText: false);
        return value.AsReference is JsBigInt big ? (double)big.Value : Coerce.ToNumber(e, value);
    }
}
