using System.Numerics;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>BigInt.</summary>
internal static class BigIntLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 1, (e, self, a) => a.At(0).IsUndefined || Coerce.ToInteger(e, a[0]) == 10 ? self.AsReference!.ToString() : InRadix(e, ((JsBigInt)self.AsReference!).Value, Coerce.ToInteger(e, a[0])))
        .Add("toLocaleString", 0, (_, self, _) => ((JsBigInt)self.AsReference!).Value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("BigInt", 1, new MethodTable.Builder()
        .Add("asUintN", 2, (e, _, a) => JsBigInt.Of(Low(e, a)))
        .Add("asIntN", 2, (e, _, a) =>
        {
            var low = Low(e, a);
            var bits = (int)Coerce.ToInteger(e, a.At(0));
            return JsBigInt.Of(bits > 0 && !(low >> (bits - 1)).IsZero ? low - (BigInteger.One << bits) : low);
        })
        .Build(), (e, _, a) => From(e, a.At(0)), null, _ => false);

    /// <summary>The lowest bits of a number.</summary>
    private static BigInteger Low(Evaluator e, ReadOnlySpan<JsValue> a)
    {
        var bits = Coerce.ToInteger(e, a.At(0));
        if (bits is < 0 or > 32_768) throw JsThrow.Range("Invalid value: not (convertible to) a safe integer");
        var value = ((JsBigInt)From(e, a.At(1)).AsReference!).Value;
        e.Step(1 + (int)bits / 64);
        return value & ((BigInteger.One << (int)bits) - 1);
    }

    private static string InRadix(Evaluator e, BigInteger value, double radix)
    {
        if (radix is < 2 or > 36) throw JsThrow.Range("toString() radix must be between 2 and 36");
        var digits = new List<char>();
        for (var rest = BigInteger.Abs(value); !rest.IsZero; rest /= (int)radix)
        {
            e.Step(1 + (int)(rest.GetBitLength() / 64));
            digits.Add("0123456789abcdefghijklmnopqrstuvwxyz"[(int)(rest % (int)radix)]);
        }

        if (digits.Count == 0) return "0";
        if (value.Sign < 0) digits.Add('-');
        digits.Reverse();
        e.AllocateText(digits.Count);
        return new string([.. digits]);
    }

    private static JsValue From(Evaluator e, JsValue value)
    {
        value = Coerce.ToPrimitive(e, value, preferText: false);
        switch (value.Kind)
        {
            case JsKind.BigInt: return value;
            case JsKind.Boolean: return JsBigInt.Of(value.IsTrue ? 1 : 0);
            case JsKind.Number:
                var number = value.AsNumber;
                return double.IsFinite(number) && number == Math.Floor(number) ? JsBigInt.Of(new BigInteger(number))
                    : throw JsThrow.Range($"The number {JsNumberText.Format(number)} cannot be converted to a BigInt because it is not an integer");
            case JsKind.String:
                e.StepText(value.AsString!.Length * 20);
                return JsBigInt.TryParse(value.AsString!, out var parsed) ? JsBigInt.Of(parsed) : throw JsThrow.Syntax($"Cannot convert {value} to a BigInt");
            default: throw JsThrow.Type($"Cannot convert {value} to a BigInt");
        }
    }
}
