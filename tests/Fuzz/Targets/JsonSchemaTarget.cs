using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Fuzz.Targets;

/// <summary>A schema, a zero byte, the document that it checks. A schema that is refused says where; asking for one violation or many gives the same verdict.</summary>
internal sealed class JsonSchemaTarget() : FuzzTarget("json-schema")
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public override IReadOnlyList<byte[]> Pieces { get; } = AllOf(
        "{", "}", "[", "]", ",", ":", "\"$ref\":", "\"#\"", "\"#/$defs/a\"", "\"$dynamicRef\":", "\"$id\":", "\"allOf\":", "\"anyOf\":", "\"not\":", "\"items\":", "\"unevaluatedProperties\":",
        "\"pattern\":", "\"(a+)+$\"", "\"uniqueItems\":true", "\"multipleOf\":", "1e308", "1e-400", "-0.0", "true", "null", "\"type\":\"object\"", "\"format\":\"date-time\"", "\\ud800", "\0");

    protected override IEnumerable<byte[]> Samples => AllOf(
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"$defs\":{\"a\":{\"minimum\":1,\"multipleOf\":0.1}},\"unevaluatedProperties\":false}\0{\"a\":1.1,\"b\":2}",
        "{\"$id\":\"http://x/y\",\"$dynamicAnchor\":\"n\",\"anyOf\":[{\"type\":\"string\",\"pattern\":\"^a{2,}$\"},{\"items\":{\"$dynamicRef\":\"#n\"},\"uniqueItems\":true}]}\0[\"aaa\",[],[\"aa\"]]",
        "{\"enum\":[1,{\"a\":[]}],\"if\":{\"const\":1},\"then\":{\"maximum\":0},\"dependentRequired\":{\"a\":[\"b\"]}}\0{\"a\":[]}");

    protected override void Run(byte[] input)
    {
        var zero = Array.IndexOf(input, (byte)0);
        if (Parse(zero < 0 ? input : input[..zero]) is not { } schema) return;
        var (validator, problem) = JsonSchemaSet.Compile(schema, (SchemaDialect)(input.Length % 6));
        (validator is null).ShouldBe(problem is not null, "a problem exactly where there is no schema");
        if (validator is null || zero < 0) return;
        try
        {
            using var document = JsonDocument.Parse(input.AsMemory(zero + 1));
            validator.IsValid(document.RootElement).ShouldBe(validator.Validate(document.RootElement, 100).Count == 0);
        }
        catch (JsonException)
        {
            // No document.
        }
    }

    private static JsonNode? Parse(byte[] text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
