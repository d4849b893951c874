using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Gateway.Plugins.Mocking;

/// <summary>Makes a value that a schema allows: what the schema gives as an example, or else the simplest of its type. The same schema gives the same value.</summary>
internal sealed class SchemaExample(JsonNode document)
{
    private const int MaxDepth = 8;
    private const int MaxItems = 20;
    private const int MaxLength = 10_000;

    private static readonly Dictionary<string, string> Formats = new(StringComparer.Ordinal)
    {
        ["date"] = "2026-01-31",
        ["date-time"] = "2026-01-31T12:00:00Z",
        ["time"] = "12:00:00Z",
        ["duration"] = "P1D",
        ["email"] = "user@example.com",
        ["hostname"] = "example.com",
        ["ipv4"] = "192.0.2.1",
        ["ipv6"] = "2001:db8::1",
        ["uri"] = "https://example.com/",
        ["url"] = "https://example.com/",
        ["uri-reference"] = "/path",
        ["uuid"] = "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        ["byte"] = "c3RyaW5n",
        ["json-pointer"] = "/a",
        ["regex"] = "^a$",
    };

    public JsonNode? Make(JsonNode? schema) => Make(schema, 0);

    private JsonNode? Make(JsonNode? node, int depth)
    {
        if (node is not JsonObject schema) return node is JsonValue ? "any" : null;
        schema = Whole(schema, 0);
        foreach (var keyword in (string[])["example", "default", "const"])
            if (schema.ContainsKey(keyword)) return schema[keyword]?.DeepClone();
        foreach (var keyword in (string[])["examples", "enum"])
            if (schema[keyword] is JsonArray { Count: > 0 } values) return values[0]?.DeepClone();
        return TypeOf(schema) switch
        {
            "object" => Object(schema, depth),
            "array" => Array(schema, depth),
            "string" => String(schema),
            "integer" => Number(schema, whole: true),
            "number" => Number(schema, whole: false),
            "boolean" => true,
            _ => null,
        };
    }

    /// <summary>The schema with what it refers to and what it is made of, so far as that can be put into one.</summary>
    private JsonObject Whole(JsonObject schema, int references)
    {
        if (references > MaxDepth * 2) return [];
        var parts = new List<JsonObject>();
        if (schema["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var to) && to.StartsWith('#')
            && JsonPointer.TryFind(document, Uri.UnescapeDataString(to[1..]), out var target) && target is JsonObject found)
            parts.Add(Whole(found, references + 1));
        foreach (var part in schema["allOf"] as JsonArray ?? [])
            if (part is JsonObject one) parts.Add(Whole(one, references + 1));
        foreach (var keyword in (string[])["oneOf", "anyOf"])
            if (schema[keyword] is JsonArray { Count: > 0 } alternatives && alternatives[0] is JsonObject first) parts.Add(Whole(first, references + 1));
        if (parts.Count == 0) return schema;
        var merged = (JsonObject)schema.DeepClone();
        foreach (var part in parts)
        {
            foreach (var (name, value) in part)
            {
                if (name is "properties" && merged[name] is JsonObject members && value is JsonObject more)
                {
                    foreach (var (member, its) in more) members.TryAdd(member, its?.DeepClone());
                }
                else if (name is "required" && merged[name] is JsonArray required && value is JsonArray others)
                {
                    foreach (var other in others) required.Add(other?.DeepClone());
                }
                else if (!merged.ContainsKey(name))
                {
                    merged[name] = value?.DeepClone();
                }
            }
        }

        return merged;
    }

    private static string? TypeOf(JsonObject schema)
    {
        var type = schema["type"] is JsonArray several ? several.FirstOrDefault(t => t?.ToString() != "null") : schema["type"];
        if (type is not null) return type.ToString();
        if (schema.ContainsKey("properties") || schema.ContainsKey("additionalProperties") || schema.ContainsKey("required")) return "object";
        if (schema.ContainsKey("items") || schema.ContainsKey("prefixItems")) return "array";
        return schema.ContainsKey("minimum") || schema.ContainsKey("maximum") ? "number" : "string";
    }

    private JsonObject Object(JsonObject schema, int depth)
    {
        var made = new JsonObject();
        var required = (schema["required"] as JsonArray ?? []).Select(r => r?.ToString() ?? "").ToHashSet(StringComparer.Ordinal);
        var properties = schema["properties"] as JsonObject ?? [];
        foreach (var (name, property) in properties)
        {
            if (property is JsonObject map && map["writeOnly"] is JsonValue flag && flag.TryGetValue<bool>(out var hidden) && hidden) continue;

            // A type that holds itself ends here.
            if (depth < MaxDepth || (required.Contains(name) && depth < MaxDepth * 2)) made[name] = Make(property, depth + 1);
        }

        foreach (var name in required)
            if (!properties.ContainsKey(name)) made[name] = schema["additionalProperties"] is JsonObject other && depth < MaxDepth ? Make(other, depth + 1) : "string";
        return made;
    }

    private JsonArray Array(JsonObject schema, int depth)
    {
        var made = new JsonArray();
        foreach (var item in schema["prefixItems"] as JsonArray ?? []) made.Add(Make(item, depth + 1));
        var least = Count(schema, "minItems") ?? 1;
        var most = Math.Min(Count(schema, "maxItems") ?? MaxItems, MaxItems);
        if (depth >= MaxDepth && Count(schema, "minItems") is null) return made;
        while (made.Count < Math.Min(least, most)) made.Add(Make(schema["items"] ?? new JsonObject { ["type"] = "string" }, depth + 1));
        return made;
    }

    private static string String(JsonObject schema)
    {
        if (schema["format"]?.ToString() is { } format && Formats.TryGetValue(format, out var known)) return known;
        var text = "string";
        var least = Math.Min(Count(schema, "minLength") ?? 0, MaxLength);
        while (text.Length < least) text += text;
        var most = Count(schema, "maxLength") ?? MaxLength;
        return text.Length > Math.Max(least, Math.Min(most, 6)) ? text[..Math.Max(least, Math.Min(most, 6))] : text;
    }

    private static JsonValue Number(JsonObject schema, bool whole)
    {
        var step = Value(schema, "multipleOf") is > 0 and var multiple ? multiple : whole ? 1 : 0.5m;
        var min = Value(schema, "minimum");
        var max = Value(schema, "maximum");
        var above = Value(schema, "exclusiveMinimum") ?? (Flag(schema, "exclusiveMinimum") ? min : null);
        var below = Value(schema, "exclusiveMaximum") ?? (Flag(schema, "exclusiveMaximum") ? max : null);
        if (above is { } a && (min is null || a >= min)) min = (Math.Floor(a / step) * step) + step;
        if (below is { } b && (max is null || b <= max)) max = (Math.Ceiling(b / step) * step) - step;
        var value = 0m;
        if (min is { } low && value < low) value = Math.Ceiling(low / step) * step;
        if (max is { } high && value > high) value = Math.Floor(high / step) * step;
        return whole ? JsonValue.Create((long)Math.Clamp(value, long.MinValue, long.MaxValue)) : JsonValue.Create(value);
    }

    private static int? Count(JsonObject schema, string keyword) => Value(schema, keyword) is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : null;

    private static decimal? Value(JsonObject schema, string keyword) =>
        schema[keyword] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e18m && (number == 0 || Math.Abs(number) > 1e-9m)
            ? number
            : null;

    private static bool Flag(JsonObject schema, string keyword) => schema[keyword] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
