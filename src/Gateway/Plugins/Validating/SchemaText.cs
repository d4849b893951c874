using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Gateway.Plugins.Validating;

/// <summary>Schemas that stand in a configuration as text.</summary>
internal static class SchemaText
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static (JsonNode? Root, string? Problem) Parse(string text)
    {
        try
        {
            return (JsonNode.Parse(text, documentOptions: Strict), null);
        }
        catch (JsonException e)
        {
            var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            return (null, $"is not valid JSON: {(cut > 0 ? e.Message[..cut] : e.Message)} (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            return (null, "has a name that is not valid Unicode");
        }
    }

    /// <summary>Parses and compiles a JSON Schema.</summary>
    /// <param name="text">The schema, as JSON.</param>
    /// <param name="version">What a configuration calls its version; Kong's own counts as draft 4.</param>
    public static (JsonSchemaValidator? Validator, JsonNode? Root, string? Problem) Compile(string text, string version)
    {
        var (root, broken) = Parse(text);
        if (broken is not null) return (null, null, broken);
        var (validator, problem) = JsonSchemaSet.Compile(root, DialectOf(version));
        return (validator, root, problem?.ToString());
    }

    private static SchemaDialect DialectOf(string version) => version switch
    {
        "draft6" => SchemaDialect.Draft6,
        "draft7" => SchemaDialect.Draft7,
        "draft201909" => SchemaDialect.Draft201909,
        "draft202012" => SchemaDialect.Draft202012,
        _ => SchemaDialect.Draft4,
    };
}
