using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Values compared as n8n's merge and compare-datasets nodes do when told to be tolerant: values of one type strictly, others by what they say.</summary>
internal static class FuzzyComparison
{
    /// <summary>A text that is the same for all values that may be the same, so that candidates can be looked up.</summary>
    public static string KeyOf(JsValue value)
    {
        if (IsBlank(value) || value.IsUndefined) return "";
        if (value.IsBoolean) return value.IsTrue ? "n1" : "n0";
        if (value.AsString is not { } text) return ComparisonKey.Of(value);
        return text.ToLowerInvariant() switch
        {
            "true" => "n1",
            "false" => "n0",
            ['{' or '[', ..] when JsonParameter.TryParse(text, out var parsed) => ComparisonKey.Of(parsed),
            _ => ValueTypes.ToNumber(value) is var number && string.Equals(JsNumberText.Format(number), text, StringComparison.Ordinal) ? ComparisonKey.Of(number) : ComparisonKey.Of(value),
        };
    }

    public static bool AreSame(JsValue a, JsValue b)
    {
        if (!a.IsNullish && !b.IsNullish && Type(a) == Type(b)) return a.DeepEquals(b);
        if ((IsBlank(a) && (IsBlank(b) || b.IsUndefined)) || (a.IsUndefined && IsBlank(b))) return true;
        if (a.AsString is not null && b.AsString is null) (a, b) = (b, a);
        if (b.AsString is { } text)
        {
            if (a.IsNumber) return string.Equals(JsNumberText.Format(a.AsNumber), text, StringComparison.Ordinal);
            if (a.IsBoolean) return string.Equals(text, a.IsTrue ? "true" : "false", StringComparison.OrdinalIgnoreCase) || string.Equals(text, a.IsTrue ? "1" : "0", StringComparison.Ordinal);
            return a.AsReference is not null && JsonParameter.TryParse(text, out var parsed) && parsed.DeepEquals(a);
        }

        if (a.IsNumber && b.IsBoolean) (a, b) = (b, a);
        if (a.IsBoolean && b.IsNumber) return b.AsNumber == (a.IsTrue ? 1 : 0);
        return a.DeepEquals(b);
    }

    private static JsKind Type(JsValue value) => value.AsReference is not null ? JsKind.Object : value.Kind;

    private static bool IsBlank(JsValue value) => value.IsNull || value.AsString is "" || value.AsArray is { Count: 0 };
}
