using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Nodes;

/// <summary>Values as one of the types that people choose for fields and comparisons, with n8n's rules.</summary>
internal static class ValueTypes
{
    /// <summary>The value as the type; false when it cannot be that.</summary>
    /// <param name="type"><c>string</c>, <c>number</c>, <c>boolean</c>, <c>array</c>, <c>object</c>, <c>dateTime</c> or <c>any</c>.</param>
    /// <param name="strict">Nothing is converted.</param>
    public static bool TryConvert(JsValue value, string type, bool strict, out JsValue converted)
    {
        converted = value;
        if (value.IsNullish) return true;
        switch (type)
        {
            case "string":
                if (strict) return value.IsString;
                converted = ParameterValues.ToText(value);
                return true;
            case "number":
                if (value.IsNumber) return true;
                if (strict) return false;
                var number = ToNumber(value);
                converted = number;
                return !double.IsNaN(number);
            case "boolean":
                return TryBoolean(value, strict, ref converted);
            case "array":
                return value.AsArray is not null || (!strict && TryJson(value, ref converted) && converted.AsArray is not null);
            case "object":
                return value.AsObject is not null || (!strict && TryJson(value, ref converted) && converted.AsObject is not null);
            case "dateTime":
                if (!DateTexts.TryRead(value, out var milliseconds)) return false;
                converted = new JsDate(milliseconds);
                return true;
            default:
                return true;
        }
    }

    private static bool TryBoolean(JsValue value, bool strict, ref JsValue converted)
    {
        if (value.IsBoolean) return true;
        if (strict) return false;
        if (value.AsString?.ToLowerInvariant() is "true" or "false") converted = value.AsString.Length == 4;
        else if (!string.IsNullOrWhiteSpace(value.AsString ?? "-") && ToNumber(value) is var number and (0 or 1)) converted = number == 1;
        else return false;
        return true;
    }

    /// <summary>A number as JavaScript's <c>Number()</c> makes it; NaN for what is none.</summary>
    public static double ToNumber(JsValue value) => value.Kind switch
    {
        JsKind.Number => value.AsNumber,
        JsKind.Boolean => value.IsTrue ? 1 : 0,
        JsKind.Null => 0,
        JsKind.String => NumberText.ToNumber(value.AsString!),
        JsKind.Array => value.AsArray! switch { { Count: 0 } => 0, { Count: 1 } list => ToNumber(list[0]), _ => double.NaN },
        _ => value.AsReference is JsDate date ? date.Milliseconds : double.NaN,
    };

    private static bool TryJson(JsValue value, ref JsValue converted)
    {
        if (value.AsString is not { } text || !JsonParameter.TryParse(text, out var parsed)) return false;
        converted = parsed;
        return true;
    }
}
