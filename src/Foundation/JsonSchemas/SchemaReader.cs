using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas.Keywords;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>The keywords of one schema as they were written. What has not the type that it must have is a <see cref="SchemaException"/> with its place.</summary>
internal sealed class SchemaReader(JsonObject schema, SchemaResource resource, string path)
{
    public SchemaResource Resource { get; } = resource;

    public bool Has(string keyword) => schema.ContainsKey(keyword);

    public JsonNode? Value(string keyword) => schema[keyword];

    public string PathOf(string keyword) => $"{path}/{JsonPointer.Escape(keyword)}";

    public string PathOf(string keyword, string name) => $"{path}/{JsonPointer.Escape(keyword)}/{JsonPointer.Escape(name)}";

    public string? Text(string keyword)
    {
        if (!Has(keyword)) return null;
        return schema[keyword] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new SchemaException(PathOf(keyword), "must be a string");
    }

    public bool Flag(string keyword)
    {
        if (!Has(keyword)) return false;
        return schema[keyword] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw new SchemaException(PathOf(keyword), "must be true or false");
    }

    public (JsonNumber Value, string Shown)? Number(string keyword)
    {
        if (!Has(keyword)) return null;
        if (schema[keyword] is not JsonValue value || value.GetValueKind() != JsonValueKind.Number) throw new SchemaException(PathOf(keyword), "must be a number");
        var text = value.ToJsonString();
        return (JsonNumber.Parse(text), text);
    }

    /// <summary>A number of things: a whole number from 0 on.</summary>
    public long? Count(string keyword)
    {
        if (Number(keyword) is not { } number) return null;
        if (!number.Value.IsInteger || number.Value.Sign < 0) throw new SchemaException(PathOf(keyword), "must be a whole number, not negative");
        return number.Value.CompareTo(JsonNumber.Of(long.MaxValue)) >= 0 ? long.MaxValue : (long)double.Parse(number.Shown, System.Globalization.CultureInfo.InvariantCulture);
    }

    public JsonObject? Map(string keyword)
    {
        if (!Has(keyword)) return null;
        return schema[keyword] as JsonObject ?? throw new SchemaException(PathOf(keyword), "must be an object");
    }

    public string[]? Strings(string keyword) => Has(keyword) ? Strings(schema[keyword], PathOf(keyword)) : null;

    public static string[] Strings(JsonNode? node, string at)
    {
        if (node is not JsonArray list) throw new SchemaException(at, "must be a list of strings");
        return [.. list.Select(item => item is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new SchemaException(at, "must be a list of strings"))];
    }

    public EcmaPattern Pattern(string keyword, string pattern)
    {
        try
        {
            return EcmaPattern.Compile(pattern);
        }
        catch (ArgumentException e)
        {
            throw new SchemaException(PathOf(keyword), $"'{pattern}' is no regular expression: {e.Message}");
        }
    }
}
