using System.Text.Json;
using Sluice.Acceptance.Harness;

namespace Sluice.Acceptance.Commands;

public sealed class SchemaTests
{
    [Fact]
    public async Task It_prints_a_json_schema_of_the_whole_format()
    {
        var ended = await SluiceProcess.RunAsync("schema");
        ended.ExitCode.ShouldBe(0, ended.Errors);
        var schema = JsonDocument.Parse(ended.Output).RootElement;
        schema.GetProperty("$schema").GetString().ShouldBe("https://json-schema.org/draft/2020-12/schema");
        foreach (var list in (string[])["services", "routes", "upstreams", "consumers", "plugins", "certificates"])
            schema.GetProperty("properties").TryGetProperty(list, out _).ShouldBeTrue(list);
        ended.Output.ShouldContain("\"key-auth\"");
    }
}
