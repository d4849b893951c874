using System.Runtime.CompilerServices;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>ECMA-262's type conversions.</summary>
internal static class Coerce
{
    public static bool ToBoolean(JsValue value) => value.Kind switch
    {
        JsKind.Undefined or JsKind.Null => false,
        JsKind.Boolean => value.IsTrue,
        JsKind.Number => value.AsNumber != 0 && !double.IsNaN(value.AsNumber),
        JsKind.String => value.AsString!.Length > 0,
        JsKind.BigInt => !((JsBigInt)value.AsReference!).Value.IsZero,
        _ => true,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToNumber(Evaluator evaluator, JsValue value) => value.IsNumber ? value.AsNumber : ToNumberSlow(evaluator, value);

    /// <summary>A whole number; NaN is 0, the infinities stay.</summary>
    public static double ToInteger(Evaluator evaluator, JsValue value)
    {
        var number = ToNumber(evaluator, value);
        return double.IsNaN(number) ? 0 : Math.Truncate(number) + 0.0;
    }

    /// <summary>An index that may count from the end, brought between 0 and the length.</summary>
    public static int ToIndex(Evaluator evaluator, JsValue value, int length, int missing)
    {
        if (value.IsUndefined) return missing;
        var index = ToInteger(evaluator, value);
        return (int)(index < 0 ? Math.Max(0, length + index) : Math.Min(index, length));
    }

    public static int ToInt32(Evaluator evaluator, JsValue value) => ToInt32(ToNumber(evaluator, value));

    public static int ToInt32(double number)
    {
        var whole = (int)number;
        if (whole == number) return whole;
        if (!double.IsFinite(number)) return 0;
        return (int)(uint)(long)(Math.Truncate(number) % 4_294_967_296.0);
    }

    public static uint ToUInt32(Evaluator evaluator, JsValue value) => (uint)ToInt32(evaluator, value);

    /// <summary>As <c>String(value)</c> gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static string ToText(Evaluator evaluator, JsValue value) => value.AsString ?? ToTextSlow(evaluator, value, 0);

    /// <summary>The name of a field that a value between brackets means.</summary>
    public static string ToName(Evaluator evaluator, JsValue value) => value.AsString ?? (value.AsReference is JsSymbol symbol ? symbol.Key : ToText(evaluator, value));

    /// <summary>A primitive for an object; a date prefers its text, everything else its number, unless told.</summary>
    public static JsValue ToPrimitive(Evaluator evaluator, JsValue value, bool? preferText = null)
    {
        if (!value.IsReference) return value;
        var reference = value.AsReference!;
        if (reference is JsObject own) return OwnPrimitive(evaluator, own, preferText);
        if (reference.Traits is not null && Overridden(evaluator, reference, preferText) is { IsUndefined: false } given) return given;
        if (reference.Kind == JsKind.Date) return preferText ?? true ? ToTextSlow(evaluator, value, 0) : ((JsDate)reference).Milliseconds;
        if (preferText != true && reference.NumberValue is { } number) return number;
        return ToTextSlow(evaluator, value, 0);
    }

    /// <summary>What <c>typeof</c> says.</summary>
    public static string TypeName(JsValue value) => value.Kind switch
    {
        JsKind.Undefined => "undefined",
        JsKind.Boolean => "boolean",
        JsKind.Number => "number",
        JsKind.String => "string",
        JsKind.BigInt => "bigint",
        JsKind.Symbol => "symbol",
        JsKind.Function => "function",
        _ => "object",
    };

    private static double ToNumberSlow(Evaluator evaluator, JsValue value)
    {
        switch (value.Kind)
        {
            case JsKind.Number: return value.AsNumber;
            case JsKind.Undefined: return double.NaN;
            case JsKind.Null: return 0;
            case JsKind.Boolean: return value.IsTrue ? 1 : 0;
            case JsKind.String:
                evaluator.StepText(value.AsString!.Length);
                return NumberText.ToNumber(value.AsString!);
            case JsKind.BigInt: throw JsThrow.Type("Cannot convert a BigInt value to a number");
            case JsKind.Symbol: throw JsThrow.Type("Cannot convert a Symbol value to a number");
            default: return ToNumber(evaluator, ToPrimitive(evaluator, value, preferText: false));
        }
    }

    private static string ToTextSlow(Evaluator evaluator, JsValue value, int depth)
    {
        switch (value.Kind)
        {
            case JsKind.Undefined: return "undefined";
            case JsKind.Null: return "null";
            case JsKind.Boolean: return value.IsTrue ? "true" : "false";
            case JsKind.Number:
                evaluator.Allocate(48);
                return JsNumberText.Format(value.AsNumber);
            case JsKind.String: return value.AsString!;
            case JsKind.Symbol: throw JsThrow.Type("Cannot convert a Symbol value to a string");
            case > JsKind.Object when value.AsReference!.Traits is not null && Overridden(evaluator, value.AsReference, preferText: true) is { IsUndefined: false } given: return ToTextSlow(evaluator, given, depth);
            case JsKind.Array:
                evaluator.Descend(depth);
                return ArrayLibrary.JoinText(evaluator, value.AsArray!, ",", depth);
            case JsKind.Object when value.AsObject is { } own:
                return ToTextSlow(evaluator, OwnPrimitive(evaluator, own, hint: true), depth);
            case JsKind.Object when value.AsReference is LibraryObject: goto default;
            case JsKind.Object: return "[object Object]";
            case JsKind.Function: return $"function {((JsFunction)value.AsReference!).Name}() {{ [code] }}";
            case JsKind.Date: return DateLibrary.Text(evaluator, (JsDate)value.AsReference!);
            case JsKind.Map: return "[object Map]";
            case JsKind.Set: return "[object Set]";
            default:
                evaluator.Allocate(64);
                return value.AsReference!.ToString() ?? "";
        }
    }

    /// <summary>The text of an array's element, one level further down.</summary>
    public static string ElementText(Evaluator evaluator, JsValue value, int depth) => value.IsNullish ? "" : value.AsString ?? ToTextSlow(evaluator, value, depth + 1);

    /// <summary>What the methods of a class that extends a kind of value make of it; undefined when there are none.</summary>
    private static JsValue Overridden(Evaluator evaluator, JsReference value, bool? preferText)
    {
        if (Inheritance.TryGet(evaluator, value.Traits!, JsSymbol.ToPrimitive.Key, value, out var exotic) && exotic.AsReference is JsFunction converts)
            return evaluator.Call(converts, value, [preferText switch { true => "string", false => "number", _ => "default" }]);
        foreach (var name in preferText == true ? (ReadOnlySpan<string>)["toString", "valueOf"] : ["valueOf", "toString"])
        {
            if (!Inheritance.TryGet(evaluator, value.Traits!, name, value, out var method) || method.AsReference is not Closure function) continue;
            var result = evaluator.Call(function, value, []);
            if (!result.IsReference) return result;
        }

        return default;
    }

    private static JsValue OwnPrimitive(Evaluator evaluator, JsObject value, bool? hint)
    {
        if (value.Traits is { } traits)
        {
            if (Overridden(evaluator, value, hint) is { IsUndefined: false } given) return given;
            if (Inheritance.TryGet(evaluator, traits, JsSymbol.ToStringTag.Key, value, out var tag) && tag.AsString is { } type) return $"[object {type}]";
            if (traits.IsBare) throw JsThrow.Type("Cannot convert object to primitive value");
        }

        var preferText = hint ?? false;
        foreach (var name in preferText ? (ReadOnlySpan<string>)["toString", "valueOf"] : ["valueOf", "toString"])
        {
            if (!value.TryGet(name, out var method)) continue;
            if (method.AsReference is not JsFunction function) continue;
            var result = evaluator.Call(function, value, []);
            if (!result.IsReference) return result;
        }

        return "[object Object]";
    }
}
