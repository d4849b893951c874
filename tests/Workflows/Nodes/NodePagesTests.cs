using System.Text.RegularExpressions;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes;

/// <summary>Every node has a page, and what the page shows loads.</summary>
public sealed partial class NodePagesTests
{
    public static TheoryData<string> Folders() => [.. Directory.EnumerateDirectories(Path.Combine(Root(), "src/Workflows/Nodes")).Select(f => Path.GetFileName(f)).Where(f => f is not ("Conditions" or "Connectors")).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_example_of_the_page_loads(string folder)
    {
        var page = File.ReadAllText(Path.Combine(Root(), "src/Workflows/Nodes", folder, "README.md"));
        var types = page.Split('\n')[0].TrimStart('#', ' ').Split(", ");
        types.ShouldAllBe(t => NodeCatalog.All.Any(d => d.Type == t));
        var node = JsJson.Parse(Example().Match(page).Groups[1].Value).AsObject!;
        types.ShouldContain(node["type"].AsString);
        NodeFixture.Load(node).Problems.Where(p => p.Severity == Severity.Error).ShouldBeEmpty();
    }

    [Fact]
    public void Every_node_of_the_catalogue_has_a_folder_with_a_page() =>
        NodeCatalog.All.Where(d => !Folders().Any(f => File.ReadAllText(Path.Combine(Root(), "src/Workflows/Nodes", (string)f.Data, "README.md")).Split('\n')[0].TrimStart('#', ' ').Split(", ").Contains(d.Type))).Select(d => d.Type).ShouldBeEmpty();

    [Fact]
    public void Every_record_of_parameters_gives_a_schema_and_describes_each_field()
    {
        foreach (var descriptor in NodeCatalog.All)
        {
            var schema = descriptor.Schema();
            foreach (var (name, field) in schema["properties"]!.AsObject().Where(p => p.Value!["deprecated"] is null)) ((string?)field!["description"]).ShouldNotBeNullOrEmpty($"{descriptor.Type}: {name}");
        }

        var set = NodeCatalog.Find("set", 1).Descriptor!.Schema();
        set["properties"]!["mode"]!.ToJsonString().ShouldContain("raw");
        NodeCatalog.Find("http-request", 1).Descriptor!.Schema()["properties"]!["method"]!["examples"]!.AsArray().Count.ShouldBe(7);
        set["$defs"]!["Assignment"]!["properties"]!["value"]!["x-expression"]!.GetValue<bool>().ShouldBeTrue();
    }

    /// <summary>Run with SLUICE_ACCEPT=1 to write it anew.</summary>
    [Theory]
    [InlineData("nodes.md")]
    [InlineData("n8n-nodes.md")]
    public void The_reference_pages_say_what_the_code_says(string page)
    {
        var file = Path.Combine(Root(), "docs/reference", page);
        var text = page is "nodes.md" ? NodeReference.Write() : ForeignReference.Write();
        if (Environment.GetEnvironmentVariable("SLUICE_ACCEPT") is "1") File.WriteAllText(file, text);
        File.ReadAllText(file).ShouldBe(text);
    }

    [Fact]
    public void What_runs_is_not_listed_as_what_does_not() =>
        ForeignTypes.All.Where(t => NodeCatalog.Find(t.Type, 1).Descriptor is not null).ShouldBeEmpty();

    [Fact]
    public void Names_are_unique_and_aliases_too()
    {
        NodeCatalog.All.Select(d => d.Type).ShouldBeUnique();
        NodeCatalog.All.SelectMany(d => d.Aliases).Select(a => a.Type).ShouldBeUnique();
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Sluice.slnx"))) at = Path.GetDirectoryName(at)!;
        return at;
    }

    [GeneratedRegex("```json\n(.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Example();
}
