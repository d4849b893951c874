using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas.Keywords;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>The keywords of one schema that say something of the value itself.</summary>
internal static class AssertionKeywords
{
    private static readonly Dictionary<string, JsonTypes> Types = new(StringComparer.Ordinal)
    {
        ["null"] = JsonTypes.Null,
        ["boolean"] = JsonTypes.Boolean,
        ["integer"] = JsonTypes.Integer,
        ["number"] = JsonTypes.Number,
        ["string"] = JsonTypes.String,
        ["array"] = JsonTypes.Array,
        ["object"] = JsonTypes.Object,
    };

    public static IEnumerable<Keyword> Read(SchemaReader schema, bool formats)
    {
        foreach (var (keyword, made) in All(schema, formats))
        {
            made.Path = schema.PathOf(keyword);
            yield return made;
        }
    }

    private static IEnumerable<(string Keyword, Keyword Made)> All(SchemaReader schema, bool formats)
    {
        var dialect = schema.Resource.Dialect;
        if (schema.Has("type")) yield return ("type", new TypeKeyword(TypesOf(schema, dialect), dialect >= SchemaDialect.Draft6));
        if (schema.Has("enum")) yield return ("enum", Enum(schema, dialect));
        if (dialect >= SchemaDialect.Draft6 && schema.Has("const")) yield return ("const", new EnumKeyword([Element(schema.Value("const"))]));
        foreach (var bound in Bounds(schema, dialect)) yield return bound;
        if (schema.Number("multipleOf") is { } of)
            yield return ("multipleOf", of.Value.Sign > 0 ? new MultipleOfKeyword(of.Value, of.Shown) : throw new SchemaException(schema.PathOf("multipleOf"), "must be greater than 0"));
        if (schema.Count("minLength") is { } minLength) yield return ("minLength", new LengthKeyword(minLength, upper: false));
        if (schema.Count("maxLength") is { } maxLength) yield return ("maxLength", new LengthKeyword(maxLength, upper: true));
        if (schema.Text("pattern") is { } pattern) yield return ("pattern", new PatternKeyword(schema.Pattern("pattern", pattern)));
        if (schema.Count("minItems") is { } minItems) yield return ("minItems", new CountKeyword(JsonValueKind.Array, minItems, upper: false));
        if (schema.Count("maxItems") is { } maxItems) yield return ("maxItems", new CountKeyword(JsonValueKind.Array, maxItems, upper: true));
        if (schema.Flag("uniqueItems")) yield return ("uniqueItems", new UniqueKeyword());
        if (schema.Count("minProperties") is { } minProperties) yield return ("minProperties", new CountKeyword(JsonValueKind.Object, minProperties, upper: false));
        if (schema.Count("maxProperties") is { } maxProperties) yield return ("maxProperties", new CountKeyword(JsonValueKind.Object, maxProperties, upper: true));
        if (schema.Strings("required") is { } required) yield return ("required", new RequiredKeyword(required));
        if (formats && schema.Text("format") is { } format && Formats.Find(format) is { } known) yield return ("format", known);
    }

    private static EnumKeyword Enum(SchemaReader schema, SchemaDialect dialect)
    {
        if (schema.Value("enum") is not JsonArray list) throw new SchemaException(schema.PathOf("enum"), "must be a list");
        var values = list.Select(Element).ToList();
        if (dialect == SchemaDialect.OpenApi30 && schema.Flag("nullable")) values.Add(Element(null));
        return new EnumKeyword(values);
    }

    private static IEnumerable<(string Keyword, Keyword Made)> Bounds(SchemaReader schema, SchemaDialect dialect)
    {
        var flags = dialect <= SchemaDialect.OpenApi30;
        foreach (var (keyword, upper) in new[] { ("minimum", false), ("maximum", true) })
        {
            var exclusive = upper ? "exclusiveMaximum" : "exclusiveMinimum";
            if (schema.Number(keyword) is { } bound) yield return (keyword, new BoundKeyword(bound.Value, bound.Shown, upper, flags && schema.Flag(exclusive)));
            if (!flags && schema.Number(exclusive) is { } open) yield return (exclusive, new BoundKeyword(open.Value, open.Shown, upper, exclusive: true));
        }
    }

    private static JsonTypes TypesOf(SchemaReader schema, SchemaDialect dialect)
    {
        var types = schema.Value("type") is JsonArray ? schema.Strings("type")! : [schema.Text("type")!];
        var all = JsonTypes.None;
        foreach (var name in types)
            all |= Types.TryGetValue(name, out var type) ? type : throw new SchemaException(schema.PathOf("type"), $"'{name}' is no type; there are {string.Join(", ", Types.Keys)}");
        return dialect == SchemaDialect.OpenApi30 && schema.Flag("nullable") ? all | JsonTypes.Null : all;
    }

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);
}
