using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Tests.Configuration.Reading;

public class ReferencePagesTests
{
    [Fact]
    public void The_page_of_the_format_is_what_the_records_say() => Golden.Check("docs/reference/configuration.md", ReferencePages.Configuration());

    [Fact]
    public void The_page_of_plugins_is_what_their_records_say()
    {
        var page = ReferencePages.Plugins();
        Golden.Check("docs/reference/plugins.md", page);
        foreach (var plugin in Sluice.Gateway.Pipeline.PluginCatalog.All) page.ShouldContain($"## {plugin.Name}\n");
        foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(page, @"\]\(\.\./\.\./(.*?)\)"))
            File.Exists(Path.Combine(Golden.Root(), link.Groups[1].Value)).ShouldBeTrue(link.Groups[1].Value);
    }

    [Fact]
    public void The_schema_has_no_reference_to_nothing()
    {
        var schema = DocumentSchema.Create();
        var definitions = schema["$defs"]!.AsObject();
        foreach (var reference in References(schema))
            definitions.ContainsKey(reference["#/$defs/".Length..]).ShouldBeTrue(reference);
        definitions["routes-in-service"]!["properties"]!["paths"]!["type"]!.GetValue<string>().ShouldBe("array");
        definitions["services"]!["properties"]!["port"]!["maximum"]!.GetValue<double>().ShouldBe(65535);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
