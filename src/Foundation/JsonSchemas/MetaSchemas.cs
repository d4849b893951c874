using System.Text.Json.Nodes;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>The schemas of schemas, which references may name; they are part of the program, since nothing is fetched.</summary>
internal static class MetaSchemas
{
    private static readonly Dictionary<string, (string File, SchemaDialect Dialect)> Files = new(StringComparer.Ordinal)
    {
        ["http://json-schema.org/draft-04/schema"] = ("draft-04", SchemaDialect.Draft4),
        ["http://json-schema.org/draft-06/schema"] = ("draft-06", SchemaDialect.Draft6),
        ["http://json-schema.org/draft-07/schema"] = ("draft-07", SchemaDialect.Draft7),
        ["https://json-schema.org/draft/2019-09/schema"] = ("2019-09", SchemaDialect.Draft201909),
        ["https://json-schema.org/draft/2020-12/schema"] = ("2020-12", SchemaDialect.Draft202012),
    };

    private static readonly string[] Vocabularies =
    [
        "2019-09-applicator", "2019-09-content", "2019-09-core", "2019-09-format", "2019-09-meta-data", "2019-09-validation",
        "2020-12-applicator", "2020-12-content", "2020-12-core", "2020-12-format-annotation", "2020-12-meta-data", "2020-12-unevaluated", "2020-12-validation",
    ];

    static MetaSchemas()
    {
        foreach (var name in Vocabularies)
        {
            var draft = name[..7];
            Files[$"https://json-schema.org/draft/{draft}/meta/{name[8..]}"] = (name, draft == "2019-09" ? SchemaDialect.Draft201909 : SchemaDialect.Draft202012);
        }
    }

    /// <summary>What a document's <c>$schema</c> chooses; null for one that is not known.</summary>
    public static SchemaDialect? DialectOf(string schema) => Files.TryGetValue(schema.TrimEnd('#'), out var file) ? file.Dialect : null;

    public static (JsonNode Root, SchemaDialect Dialect)? Find(string uri)
    {
        if (!Files.TryGetValue(uri, out var file)) return null;
        using var content = typeof(MetaSchemas).Assembly.GetManifestResourceStream($"schema/{file.File}.json")!;
        return (JsonNode.Parse(content)!, file.Dialect);
    }
}
