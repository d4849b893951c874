using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Summarize;

/// <summary>What becomes of the values of a field.</summary>
internal static class Aggregation
{
    public static JsValue Of(FieldToSummarize what, IEnumerable<JsValue> values)
    {
        switch (what.Aggregation)
        {
            case "append":
                return new JsArray([.. values.Where(v => what.IncludeEmpty || !IsEmpty(v)).Select(v => v.IsUndefined ? JsValue.Null : v)]);
            case "concatenate":
                return string.Join(what.SeparateBy is "other" ? what.CustomSeparator : what.SeparateBy, values.Where(v => what.IncludeEmpty || !IsEmpty(v)).Select(v => v.IsUndefined ? "undefined" : v.IsNull ? "null" : ParameterValues.ToText(v)));
            case "sum":
                return Numbers(values).Sum();
            case "average":
                var numbers = Numbers(values).ToList();
                return numbers.Count == 0 ? JsValue.Null : numbers.Sum() / numbers.Count;
            case "min":
                return Extreme(values, -1);
            case "max":
                return Extreme(values, 1);
            case "countUnique":
                return values.Where(v => what.IncludeEmpty || !IsEmpty(v)).Select(v => v.AsReference is { } r and (JsObject or JsArray) ? $"r{System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(r)}" : ComparisonKey.Of(v)).Distinct(StringComparer.Ordinal).Count();
            default:
                return values.Count(v => what.IncludeEmpty || !IsEmpty(v));
        }
    }

    private static bool IsEmpty(JsValue value) => value.IsNullish || value.AsString is "";

    private static IEnumerable<double> Numbers(IEnumerable<JsValue> values) => values.Where(v => v.IsNumber).Select(v => v.AsNumber);

    private static JsValue Extreme(IEnumerable<JsValue> values, int sign)
    {
        JsValue best = default;
        foreach (var value in values)
            if (!IsEmpty(value) && (best.IsUndefined || Compare(value, best) * sign > 0)) best = value;
        return best.IsUndefined ? JsValue.Null : best;
    }

    /// <summary>As JavaScript's less-than compares: two texts by their characters, everything else as numbers.</summary>
    private static int Compare(JsValue a, JsValue b)
    {
        if (a.AsString is { } left && b.AsString is { } right) return string.CompareOrdinal(left, right);
        double x = ValueTypes.ToNumber(a), y = ValueTypes.ToNumber(b);
        return x < y ? -1 : x > y ? 1 : 0;
    }
}
