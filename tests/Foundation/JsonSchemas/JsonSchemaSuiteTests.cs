using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Foundation.JsonSchemas;

namespace Sluice.Foundation.Tests.JsonSchemas;

/// <summary>The required tests of the JSON Schema test suite (json-schema-org/JSON-Schema-Test-Suite, MIT), and those of the formats that are asserted.</summary>
public sealed class JsonSchemaSuiteTests
{
    /// <summary>What does not hold, by the start of its name, with the reason. All of the required tests do.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["formats: hostname: validation of A-label (punycode) host names: "] = "names are not decoded from punycode (RFC 5892)",
        ["formats: uri-reference: validation of URI References: square brackets outside an authority"] = "the parts of a URI are left to System.Uri",
        ["formats: uri-reference: validation of URI References: a non-numeric port"] = "the same",
        ["formats: uri-reference: validation of URI References: more than one at-sign"] = "the same",
        ["formats: uri-reference: validation of URI References: a leading zero in the IPv4 part"] = "the same",
        ["formats: uri-reference: validation of URI References: a colon in the first segment"] = "the same",
        ["formats: uri: validation of URIs: invalid userinfo"] = "the same",
    };

    private static readonly Lazy<Dictionary<string, JsonNode>> Remotes =
        new(() => Read("remotes").RootElement.EnumerateObject().ToDictionary(r => r.Name, r => JsonNode.Parse(r.Value.GetRawText())!));

    [Theory]
    [InlineData("draft4", SchemaDialect.Draft4)]
    [InlineData("draft6", SchemaDialect.Draft6)]
    [InlineData("draft7", SchemaDialect.Draft7)]
    [InlineData("draft2019-09", SchemaDialect.Draft201909)]
    [InlineData("draft2020-12", SchemaDialect.Draft202012)]
    public void Required_tests_pass(string draft, SchemaDialect dialect) => Run(draft, dialect, formats: false).ShouldBe([]);

    [Fact]
    public void Formats_are_told_apart() => Run("formats", SchemaDialect.Draft202012, formats: true).ShouldBe([]);

    private static List<string> Run(string suite, SchemaDialect dialect, bool formats)
    {
        var failed = new List<string>();
        var count = 0;
        using var files = Read(suite);
        foreach (var file in files.RootElement.EnumerateObject())
        {
            foreach (var group in file.Value.EnumerateArray())
            {
                var (validator, problem) = new JsonSchemaSet(JsonNode.Parse(group.GetProperty("schema").GetRawText())!, dialect, formats, Remotes.Value).Compile("");
                foreach (var test in group.GetProperty("tests").EnumerateArray())
                {
                    count++;
                    var name = $"{suite}: {file.Name}: {group.GetProperty("description")}: {test.GetProperty("description")}";
                    var valid = test.GetProperty("valid").GetBoolean();
                    if (validator is null) failed.Add($"{name}: {problem}");
                    else if (validator.IsValid(test.GetProperty("data")) != valid && !Exceptions.Keys.Any(e => name.StartsWith(e, StringComparison.Ordinal))) failed.Add($"{name}: should be {(valid ? "valid" : "refused")}");
                }
            }
        }

        count.ShouldBeGreaterThan(100);
        return failed;
    }

    private static JsonDocument Read(string name)
    {
        using var content = typeof(JsonSchemaSuiteTests).Assembly.GetManifestResourceStream($"json-schema-suite/{name}.json")!;
        return JsonDocument.Parse(content);
    }
}
