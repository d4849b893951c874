using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Sluice.Control.KongAdmin;

/// <summary>
/// Form fields as Kong reads them: <c>config.minute=5</c> is a field of a record, <c>paths[]=/a</c> and <c>paths[1]=/a</c> are elements of a list, several
/// fields of one name are a list, and values get the type that the field has.
/// </summary>
internal static class FormFields
{
    // A form that nests deeper is no form that anybody meant.
    private const int MostDepth = 16;
    private const int MostElements = 1000;

    /// <summary>The object that the fields make. Fields whose names make no sense are kept under them, to be refused as unknown.</summary>
    public static JsonObject ToObject(IEnumerable<KeyValuePair<string, StringValues>> fields, JsonObject schema)
    {
        var made = new JsonObject();
        foreach (var (name, values) in fields)
            Add(made, name, values);
        return Typed(made, schema)!.AsObject();
    }

    private static void Add(JsonObject made, string name, StringValues values)
    {
        var parts = name.Split('.', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > MostDepth)
        {
            made[name] = values.ToString();
            return;
        }
        var at = made;
        foreach (var part in parts[..^1])
            at = at[part] as JsonObject ?? Nest(at, part);
        var (field, position) = Indexed(parts[^1]);
        if (position is null && values.Count == 1)
        {
            at[field] = values[0] ?? "";
            return;
        }
        var list = at[field] as JsonArray;
        if (list is null)
            at[field] = list = [];
        foreach (var value in values)
            if (list.Count < MostElements)
                list.Insert(Math.Min(position is > 0 ? position.Value - 1 : list.Count, list.Count), JsonValue.Create(value ?? ""));
    }

    private static JsonObject Nest(JsonObject at, string part)
    {
        var nested = new JsonObject();
        at[part] = nested;
        return nested;
    }

    /// <summary><c>paths[]</c> is an element at the end (0), <c>paths[2]</c> the second.</summary>
    private static (string Field, int? Position) Indexed(string part)
    {
        var open = part.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0 || part[^1] != ']')
            return (part, null);
        var inside = part[(open + 1)..^1];
        if (inside.Length == 0)
            return (part[..open], 0);
        return int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? (part[..open], position) : (part, null);
    }

    /// <summary>The value with the type that <paramref name="schema"/> asks for, where its text has it; as it is otherwise.</summary>
    private static JsonNode? Typed(JsonNode? value, JsonObject? schema)
    {
        if (schema is null)
            return value?.DeepClone();
        if (value is JsonObject map)
            return new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, Typed(e.Value, (schema["properties"]?[e.Key] ?? schema["additionalProperties"]) as JsonObject))));
        var list = schema["items"] as JsonObject;
        if (value is JsonArray array)
            return new JsonArray([.. array.Select(e => Typed(e, list))]);
        var text = (string)value!;
        if (text.Length == 0)
            return null;
        if (list is not null)
            return new JsonArray(Typed(value, list));
        return (string?)schema["type"] switch
        {
            "integer" or "number" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : number,
            "boolean" when text is "true" or "false" => text == "true",
            _ => text,
        };
    }
}
