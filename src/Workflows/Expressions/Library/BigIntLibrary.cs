using System.Numerics;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>BigInt.</summary>
internal static class BigIntLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("toString", 0, (_, self, _) => self.AsReference!.ToString())
        .Add("toLocaleString", 0, (_, self, _) => ((JsBigInt)self.AsReference!).Value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture))
        .Add("valueOf", 0, (_, self, _) => self)
        .Build();

    public static NativeConstructor Constructor { get; } = new("BigInt", 1, MethodTable.Empty, (e, _, a) => From(e, a.At(0)), null, _ => false);

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
