using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>A text that is the same for values that count as equal, so that items can be looked up by them.</summary>
internal static class ComparisonKey
{
    /// <param name="fuzzy">3 and "3" are the same, and so are null, nothing, an empty text, list and object.</param>
    public static string Of(JsValue value, bool fuzzy = false)
    {
        if (fuzzy)
        {
            if (value.IsNullish || value.AsString is "" || value.AsArray is { Count: 0 } || value.AsObject is { Count: 0 }) return "";
            if (value.IsBoolean || value.AsString?.ToLowerInvariant() is "true" or "false") return "b" + ParameterValues.ToText(value).ToLowerInvariant();
            if (ParameterValues.TryNumber(value, out var number)) return "n" + JsNumberText.Format(number);
        }

        return value.Kind switch
        {
            JsKind.Undefined => "u",
            JsKind.Null => "z",
            JsKind.Boolean => value.IsTrue ? "bt" : "bf",
            JsKind.Number => "n" + JsNumberText.Format(value.AsNumber),
            JsKind.String => "s" + value.AsString,
            _ => "j" + JsJson.WriteString(Sorted(value)),
        };
    }

    /// <summary>The same with the fields of all objects in the order of their names.</summary>
    private static JsValue Sorted(JsValue value)
    {
        if (value.AsArray is { } list)
        {
            var elements = new JsArray(list.Count);
            foreach (var element in list) elements.Add(Sorted(element));
            return elements;
        }

        if (value.AsObject is not { } map) return value;
        var sorted = new JsObject(map.Count);
        foreach (var name in map.Names.Order(StringComparer.Ordinal)) sorted.Set(name, Sorted(map[name]));
        return sorted;
    }
}
