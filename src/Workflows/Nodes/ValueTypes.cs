using Sluice.Workflows.Data;

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
                if (value.IsBoolean) converted = value.IsTrue ? 1 : 0;
                else if (value.AsString is { } text && text.Trim().Length == 0) converted = 0;
                else if (ParameterValues.TryNumber(value, out var number)) converted = number;
                else return false;
                return true;
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
        if (value.IsNumber && value.AsNumber is 0 or 1) converted = value.AsNumber == 1;
        else if (value.AsString?.ToLowerInvariant() is { } text && text is "true" or "false" or "0" or "1") converted = text is "true" or "1";
        else return false;
        return true;
    }

    private static bool TryJson(JsValue value, ref JsValue converted)
    {
        if (value.AsString is not { } text) return false;
        try
        {
            converted = JsJson.Parse(text);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
