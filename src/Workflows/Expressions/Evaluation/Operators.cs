using System.Numerics;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>ECMA-262's operators.</summary>
internal static class Operators
{
    public static JsValue Add(Evaluator evaluator, JsValue left, JsValue right)
    {
        if (left.IsNumber && right.IsNumber) return left.AsNumber + right.AsNumber;
        left = Coerce.ToPrimitive(evaluator, left);
        right = Coerce.ToPrimitive(evaluator, right);
        if (left.IsString || right.IsString) return Concat(evaluator, Coerce.ToText(evaluator, left), Coerce.ToText(evaluator, right));
        return Arithmetic(evaluator, "+", left, right, static (a, b) => a + b);
    }

    public static string Concat(Evaluator evaluator, string left, string right)
    {
        if (left.Length == 0) return right;
        if (right.Length == 0) return left;
        evaluator.AllocateText((long)left.Length + right.Length);
        return string.Concat(left, right);
    }

    public static JsValue Arithmetic(Evaluator evaluator, string sign, JsValue left, JsValue right, Func<double, double, double> operation)
    {
        if (left.IsNumber && right.IsNumber) return operation(left.AsNumber, right.AsNumber);
        left = Coerce.ToPrimitive(evaluator, left, preferText: false);
        right = Coerce.ToPrimitive(evaluator, right, preferText: false);
        if (left.Kind == JsKind.BigInt || right.Kind == JsKind.BigInt)
        {
            if (left.AsReference is not JsBigInt a || right.AsReference is not JsBigInt b) throw JsThrow.Type("Cannot mix BigInt and other types, use explicit conversions");
            evaluator.Allocate(64 + (a.Value.GetBitLength() + b.Value.GetBitLength()) / 4);
            evaluator.Step((int)Math.Min(1 + a.Value.GetBitLength() * b.Value.GetBitLength() / 65_536, 1 << 20));
            return JsBigInt.Operate(sign, a.Value, b.Value);
        }

        return operation(Coerce.ToNumber(evaluator, left), Coerce.ToNumber(evaluator, right));
    }

    /// <summary>Number::exponentiate, where .NET differs in two corners.</summary>
    public static double Power(double left, double right) =>
        double.IsNaN(right) || (Math.Abs(left) == 1 && double.IsInfinity(right)) ? double.NaN : Math.Pow(left, right);

    public static JsValue Negate(Evaluator evaluator, JsValue value)
    {
        value = Coerce.ToPrimitive(evaluator, value, preferText: false);
        return value.AsReference is JsBigInt big ? JsBigInt.Of(-big.Value) : -Coerce.ToNumber(evaluator, value);
    }

    public static JsValue Complement(Evaluator evaluator, JsValue value)
    {
        value = Coerce.ToPrimitive(evaluator, value, preferText: false);
        return value.AsReference is JsBigInt big ? JsBigInt.Of(-big.Value - 1) : ~Coerce.ToInt32(evaluator, value);
    }

    /// <summary>IsLessThan: null when either is not a number.</summary>
    public static bool? IsLess(Evaluator evaluator, JsValue left, JsValue right)
    {
        if (left.IsNumber && right.IsNumber) return Less(left.AsNumber, right.AsNumber);
        left = Coerce.ToPrimitive(evaluator, left, preferText: false);
        right = Coerce.ToPrimitive(evaluator, right, preferText: false);
        if (left.AsString is { } a && right.AsString is { } b)
        {
            evaluator.StepText(Math.Min(a.Length, b.Length));
            return string.CompareOrdinal(a, b) < 0;
        }

        if (left.Kind == JsKind.BigInt || right.Kind == JsKind.BigInt) return CompareBig(evaluator, left, right) is { } order ? order < 0 : null;
        return Less(Coerce.ToNumber(evaluator, left), Coerce.ToNumber(evaluator, right));
    }

    public static bool StrictEquals(JsValue left, JsValue right) =>
        left.IsNumber && right.IsNumber ? left.AsNumber == right.AsNumber : left.Is(right) && !(left.IsNumber && double.IsNaN(left.AsNumber));

    public static bool LooseEquals(Evaluator evaluator, JsValue left, JsValue right)
    {
        while (true)
        {
            if (left.Kind == right.Kind) return StrictEquals(left, right);
            if (left.IsNullish || right.IsNullish) return left.IsNullish && right.IsNullish;
            if (left.IsReference && right.IsReference) return StrictEquals(left, right);
            if (left.IsReference) left = Coerce.ToPrimitive(evaluator, left);
            else if (right.IsReference) right = Coerce.ToPrimitive(evaluator, right);
            else if (left.Kind == JsKind.BigInt || right.Kind == JsKind.BigInt) return CompareBig(evaluator, left, right) == 0;
            else return Coerce.ToNumber(evaluator, left) == Coerce.ToNumber(evaluator, right);
        }
    }

    public static bool In(Evaluator evaluator, JsValue name, JsValue target)
    {
        if (!target.IsReference) throw JsThrow.Type($"Cannot use 'in' operator to search for '{name}' in {target}");
        return Properties.Has(evaluator, target, Coerce.ToName(evaluator, name));
    }

    public static bool InstanceOf(Evaluator evaluator, JsValue value, JsValue type) =>
        type.AsReference?.Traits is { } traits && Inheritance.TryGet(evaluator, traits, JsSymbol.HasInstance.Key, type, out var test) && test.AsReference is JsFunction custom
            ? Coerce.ToBoolean(evaluator.Call(custom, type, [value]))
        : type.AsReference is JsFunction function ? function.IsInstance(value) : throw JsThrow.Type("Right-hand side of 'instanceof' is not callable");

    private static bool? Less(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left < right;

    private static int? CompareBig(Evaluator evaluator, JsValue left, JsValue right)
    {
        if (left.AsReference is JsBigInt a && right.AsReference is JsBigInt b) return a.Value.CompareTo(b.Value);
        if (left.AsReference is not JsBigInt) return -CompareBig(evaluator, right, left);
        var big = ((JsBigInt)left.AsReference).Value;
        if (right.AsString is { } text) return JsBigInt.TryParse(text, out var parsed) ? big.CompareTo(parsed) : null;
        var number = Coerce.ToNumber(evaluator, right);
        if (double.IsNaN(number)) return null;
        if (double.IsInfinity(number)) return number > 0 ? -1 : 1;
        var order = big.CompareTo(new BigInteger(number));
        return order != 0 ? order : (number - Math.Truncate(number)) switch { > 0 => -1, < 0 => 1, _ => 0 };
    }
}
