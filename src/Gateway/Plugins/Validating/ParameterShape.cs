using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>What the text of a parameter is to be read as, which its schema says: text alone does not tell <c>1</c> from <c>"1"</c>.</summary>
internal sealed class ParameterShape
{
    private const int MaxDepth = 20;

    private readonly HashSet<string> types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ParameterShape> members = new(StringComparer.Ordinal);
    private ParameterShape? items;
    private ParameterShape? others;

    private static readonly ParameterShape Text = new();

    public bool IsArray => types.Contains("array");

    public bool IsObject => types.Contains("object");

    /// <summary>The names of the members that an object is known to have.</summary>
    public IEnumerable<string> MemberNames => members.Keys;

    /// <summary>What the elements of an array are read as.</summary>
    public ParameterShape Items => items ?? Text;

    /// <summary>What the member <paramref name="name"/> of an object is read as.</summary>
    public ParameterShape Member(string name) => members.GetValueOrDefault(name) ?? others ?? Text;

    /// <param name="schema">The schema of the parameter.</param>
    /// <param name="document">What its references are looked up in.</param>
    public static ParameterShape Of(JsonNode? schema, JsonNode document)
    {
        var shape = new ParameterShape();
        shape.Add(schema, document, 0);
        return shape;
    }

    /// <summary>The value of a text that is no array and no object.</summary>
    public JsonNode? Scalar(string text)
    {
        if ((types.Contains("integer") || types.Contains("number")) && Number(text) is { } number) return number;
        if (types.Contains("boolean") && text is "true" or "false") return JsonValue.Create(text == "true");
        if (types.Contains("null") && text is "" or "null" && !types.Contains("string")) return null;
        return JsonValue.Create(text);
    }

    private static JsonNode? Number(string text)
    {
        if (text.Length is 0 or > 400) return null;
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == bytes.Length ? JsonNode.Parse(bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Add(JsonNode? schema, JsonNode document, int depth)
    {
        if (schema is not JsonObject map || depth > MaxDepth) return;
        if (map["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var to) && to.StartsWith('#') && JsonPointer.TryFind(document, Uri.UnescapeDataString(to[1..]), out var target))
            Add(target, document, depth + 1);
        foreach (var type in map["type"] is JsonArray several ? several.AsEnumerable() : [map["type"]])
            if (type is JsonValue value && value.TryGetValue<string>(out var name)) types.Add(name);
        if (map["items"] is JsonObject item) (items ??= new ParameterShape()).Add(item, document, depth + 1);
        if (map["additionalProperties"] is JsonObject other) (others ??= new ParameterShape()).Add(other, document, depth + 1);
        foreach (var (name, member) in map["properties"] as JsonObject ?? [])
        {
            if (!members.TryGetValue(name, out var shape)) members[name] = shape = new ParameterShape();
            shape.Add(member, document, depth + 1);
        }

        foreach (var keyword in (string[])["allOf", "anyOf", "oneOf"])
            foreach (var part in map[keyword] as JsonArray ?? [])
                Add(part, document, depth + 1);
    }
}
