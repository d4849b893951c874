using System.Globalization;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>What an expression gave, as the type that a parameter needs.</summary>
internal static class ParameterValues
{
    /// <summary>Text as it is, numbers and booleans as JavaScript writes them, nothing for null and undefined, JSON for the rest.</summary>
    public static string ToText(JsValue value) => value.Kind switch
    {
        JsKind.String => value.AsString!,
        JsKind.Undefined or JsKind.Null => "",
        JsKind.Boolean => value.IsTrue ? "true" : "false",
        JsKind.Number => JsNumberText.Format(value.AsNumber),
        JsKind.Object or JsKind.Array => JsJson.WriteString(value),
        JsKind.BigInt => value.AsReference!.ToString()!,
        _ => value.AsReference!.ToJson() is var json && json.IsString ? json.AsString! : JsJson.WriteString(json),
    };

    public static double ToNumber(JsValue value)
    {
        if (TryNumber(value, out var number)) return number;
        throw new NodeException($"expected a number, not {Describe(value)}") { Retryable = false };
    }

    /// <summary>Numbers, and text that is one.</summary>
    public static bool TryNumber(JsValue value, out double number)
    {
        number = value.AsNumber;
        if (value.IsNumber) return true;
        return value.AsString is { Length: > 0 } text && double.TryParse(text.AsSpan().Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Booleans, <c>true</c> and <c>false</c> as text, and whatever JavaScript takes for true.</summary>
    public static bool ToBoolean(JsValue value) => value.Kind switch
    {
        JsKind.Boolean => value.IsTrue,
        JsKind.String => value.AsString is not ("" or "false"),
        JsKind.Number => value.AsNumber != 0 && !double.IsNaN(value.AsNumber),
        JsKind.Undefined or JsKind.Null => false,
        _ => true,
    };

    /// <summary>For messages: the kind, and the value where it is short.</summary>
    public static string Describe(JsValue value) => value.Kind switch
    {
        JsKind.Undefined => "undefined",
        JsKind.Null => "null",
        JsKind.String => value.AsString!.Length <= 60 ? $"'{value.AsString}'" : $"'{value.AsString[..57]}...'",
        JsKind.Number or JsKind.Boolean => ToText(value),
        JsKind.Array => "an array",
        JsKind.Object => "an object",
        _ => value.Kind.ToString().ToLowerInvariant(),
    };
}
