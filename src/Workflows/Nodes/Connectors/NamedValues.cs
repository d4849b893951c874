using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>Reads the lists of names with values that editors write: <c>{"metadataProperties": [{"key": "a", "value": "b"}]}</c>.</summary>
internal static class NamedValues
{
    /// <summary>The names with their values, whatever the list's own name; undefined when there are none.</summary>
    public static JsValue Of(JsValue collection, string name = "key", string value = "value")
    {
        if (collection.AsObject is not { } map) return default;
        var fields = new JsObject();
        foreach (var (_, list) in map)
            foreach (var entry in list.AsArray ?? [])
                if (entry.AsObject is { } pair && ParameterValues.ToText(pair[name]) is { Length: > 0 } key) fields.Set(key, pair[value]);
        return fields.Count > 0 ? fields : default(JsValue);
    }

    /// <summary>A name as APIs that begin names with a capital have it.</summary>
    public static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>The one field of each entry: <c>[{"label": "bug"}]</c> is <c>["bug"]</c>; texts stay what they are.</summary>
    public static JsValue Each(JsValue list, string field) => list switch
    {
        { AsArray: { } entries } => entries.Count == 0 ? default(JsValue) : new JsArray([.. entries.Select(e => e.AsObject is { } entry ? entry[field] : e)]),
        { AsString: { Length: > 0 } text } => new JsArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => (JsValue)t)]),
        _ => default,
    };
}
