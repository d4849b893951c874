using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>How n8n's first if, filter and switch nodes compare: values are taken as they are, as JavaScript takes them.</summary>
internal static class RawComparison
{
    /// <exception cref="NodeException">A value has the wrong type for the comparison.</exception>
    public static bool Holds(string type, string operation, JsValue left, JsValue right, Func<string, string, bool> matches)
    {
        if (type is "dateTime")
        {
            left = Time(left);
            right = Time(right);
        }

        return operation switch
        {
            "equals" => left.Is(right),
            "notEquals" => !left.Is(right),
            "gt" or "after" => Order(left, right, static c => c > 0),
            "gte" => Order(left, right, static c => c >= 0),
            "lt" or "before" => Order(left, right, static c => c < 0),
            "lte" => Order(left, right, static c => c <= 0),
            "contains" => Text(left).Contains(Text(right), StringComparison.Ordinal),
            "notContains" => !Text(left).Contains(Text(right), StringComparison.Ordinal),
            "startsWith" => Own(left, operation).StartsWith(Text(right), StringComparison.Ordinal),
            "notStartsWith" => !Own(left, operation).StartsWith(Text(right), StringComparison.Ordinal),
            "endsWith" => Own(left, operation).EndsWith(Text(right), StringComparison.Ordinal),
            "notEndsWith" => !Own(left, operation).EndsWith(Text(right), StringComparison.Ordinal),
            "regex" => matches(Text(left), Text(right)),
            "notRegex" => !matches(Text(left), Text(right)),
            "empty" => IsEmpty(left),
            _ => !IsEmpty(left),
        };
    }

    private static JsValue Time(JsValue value) => DateTexts.TryRead(value, out var milliseconds) ? milliseconds : throw new NodeException($"The value \"{ParameterValues.ToText(value)}\" is not a valid DateTime.") { Retryable = false };

    /// <summary>Texts by their characters, everything else as numbers; what counts as false is 0.</summary>
    private static bool Order(JsValue left, JsValue right, Func<double, bool> holds)
    {
        if (!Coerce.ToBoolean(left)) left = 0;
        if (!Coerce.ToBoolean(right)) right = 0;
        if (left.AsString is { } a && right.AsString is { } b) return holds(string.CompareOrdinal(a, b));
        double x = ValueTypes.ToNumber(left), y = ValueTypes.ToNumber(right);
        return !double.IsNaN(x) && !double.IsNaN(y) && holds(x.CompareTo(y));
    }

    private static string Text(JsValue value) => !Coerce.ToBoolean(value) ? "" : value.AsArray is { } list ? string.Join(',', list.Select(e => e.IsNullish ? "" : Text(e))) : value.AsObject is not null ? "[object Object]" : ParameterValues.ToText(value);

    private static string Own(JsValue value, string operation) => value.AsString ?? throw new NodeException($"{operation} compares text, not {ParameterValues.Describe(value)}") { Retryable = false };

    private static bool IsEmpty(JsValue value) => value.Kind switch
    {
        JsKind.Undefined or JsKind.Null => true,
        JsKind.String => value.AsString!.Length == 0,
        JsKind.Number => double.IsNaN(value.AsNumber),
        JsKind.Array => value.AsArray!.Count == 0,
        JsKind.Object => value.AsObject!.Count == 0,
        JsKind.Date => value.AsReference is JsDate { IsValid: false },
        _ => false,
    };
}
