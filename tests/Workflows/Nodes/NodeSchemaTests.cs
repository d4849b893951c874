using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes;

/// <summary>What the catalogue of nodes says of their parameters, as JSON Schema.</summary>
public sealed class NodeSchemaTests
{
    [Fact]
    public void Every_schema_is_one_of_draft_2020_12()
    {
        var draft = JsonSchemaSet.Compile(JsonNode.Parse("""{"$ref": "https://json-schema.org/draft/2020-12/schema"}"""), SchemaDialect.Draft202012).Validator.ShouldNotBeNull();
        var wrong = new List<string>();
        foreach (var type in NodeCatalog.All)
        {
            var schema = type.Schema();
            wrong.AddRange(draft.Validate(JsonSerializer.SerializeToElement(schema), 10).Select(v => $"{type.Type}: {v}"));
            if (JsonSchemaSet.Compile(schema, SchemaDialect.Draft202012).Problem is { } problem) wrong.Add($"{type.Type}: {problem}");
        }

        wrong.ShouldBeEmpty();
        draft.IsValid(JsonSerializer.SerializeToElement(new { type = "no such" })).ShouldBeFalse();
    }

    [Fact]
    public void The_nodes_of_the_samples_fit_their_schemas()
    {
        var (wrong, looked) = (new List<string>(), 0);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root(), "samples"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (JsonNode.Parse(File.ReadAllText(file)) is not JsonObject document || document["nodes"] is not JsonArray nodes) continue;
            foreach (var node in nodes)
            {
                var (named, version) = ((string)node!["type"]!, (double?)node["typeVersion"] ?? 1);
                var type = NodeCatalog.Find(named, version).Descriptor.ShouldNotBeNull($"{file}: {named}");
                var validator = JsonSchemaSet.Compile(type.Schema(), SchemaDialect.Draft202012).Validator!;
                wrong.AddRange(validator.Validate(JsonSerializer.SerializeToElement(node["parameters"] ?? new JsonObject()), 10).Select(v => $"{Path.GetFileName(file)}, {node["name"]} ({type.Type}): {v}"));
                looked++;
            }
        }

        wrong.ShouldBeEmpty();
        looked.ShouldBeGreaterThan(20);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
