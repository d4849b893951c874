using System.Globalization;
using System.Numerics;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>A big integer. It is a primitive to expressions: equal by value.</summary>
internal sealed class JsBigInt(BigInteger value) : JsReference
{
    /// <summary>Bits of the largest one.</summary>
    private const int MaximumBits = 32_768;

    public override JsKind Kind => JsKind.BigInt;

    public BigInteger Value { get; } = value;

    public static JsValue Of(BigInteger value) =>
        value.GetBitLength() > MaximumBits ? throw JsThrow.Range("Maximum BigInt size exceeded") : new JsBigInt(value);

    public static JsValue ParseLiteral(string text, int position) =>
        text.Length > 10_000 || !TryParse(text, out var value) ? throw new ExpressionSyntaxException("not a big integer", position) : Of(value);

    public static bool TryParse(string text, out BigInteger value)
    {
        var trimmed = NumberText.Trim(text);
        value = default;
        if (trimmed.Length == 0) return true;
        if (trimmed.Length > 10_000) return false;
        if (trimmed.Length > 2 && trimmed[0] == '0' && char.ToLowerInvariant(trimmed[1]) is var mark and ('x' or 'o' or 'b'))
        {
            var radix = mark switch { 'x' => 16, 'o' => 8, _ => 2 };
            foreach (var c in trimmed[2..])
            {
                if (NumberText.Digit(c) >= radix) return false;
                value = value * radix + NumberText.Digit(c);
            }

            return true;
        }

        return BigInteger.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static JsValue Operate(string sign, BigInteger left, BigInteger right) => sign switch
    {
        "+" => Of(left + right),
        "-" => Of(left - right),
        "*" => Of(left * right),
        "/" => right.IsZero ? throw JsThrow.Range("Division by zero") : Of(BigInteger.Divide(left, right)),
        "%" => right.IsZero ? throw JsThrow.Range("Division by zero") : Of(BigInteger.Remainder(left, right)),
        "**" => Power(left, right),
        "&" => Of(left & right),
        "|" => Of(left | right),
        "^" => Of(left ^ right),
        "<<" => Shift(left, right),
        ">>" => Shift(left, -right),
        _ => throw JsThrow.Type("BigInts have no unsigned right shift, use >> instead"),
    };

    internal override bool IsSame(JsReference other) => other is JsBigInt big && big.Value == Value;

    // JSON.stringify refuses it; an item that holds one is stored, and must be.
    internal override JsValue ToJson() => ToString();

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    private static JsValue Power(BigInteger left, BigInteger right)
    {
        if (right.Sign < 0) throw JsThrow.Range("Exponent must be non-negative");
        if (left.IsOne || left.IsZero || right.IsZero) return Of(BigInteger.Pow(left, right.IsZero ? 0 : 1));
        if (left == BigInteger.MinusOne) return Of(right.IsEven ? 1 : -1);
        if (right > MaximumBits || left.GetBitLength() * (long)right > MaximumBits * 2L) throw JsThrow.Range("Maximum BigInt size exceeded");
        return Of(BigInteger.Pow(left, (int)right));
    }

    private static JsValue Shift(BigInteger left, BigInteger by)
    {
        if (BigInteger.Abs(by) > MaximumBits) return by.Sign > 0 && !left.IsZero ? throw JsThrow.Range("Maximum BigInt size exceeded") : Of(left.Sign < 0 && by.Sign < 0 ? BigInteger.MinusOne : BigInteger.Zero);
        return Of(by.Sign >= 0 ? left << (int)by : left >> -(int)by);
    }
}
