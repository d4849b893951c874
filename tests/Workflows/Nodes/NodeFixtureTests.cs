using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Tests.Nodes;

/// <summary>Runs every case of every fixture file under Nodes/.</summary>
public sealed class NodeFixtureTests
{
    public static TheoryData<string, int, string> Cases()
    {
        var data = new TheoryData<string, int, string>();
        foreach (var (file, index, fixture) in NodeFixture.All()) data.Add(file, index, fixture["name"].AsString ?? "");
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Gives_what_the_fixture_says(string file, int index, string name)
    {
        var fixture = NodeFixture.All().First(c => c.File == file && c.Index == index).Case;
        var node = fixture["node"].AsObject?.Clone() ?? new JsObject();
        node.Set("name", "Node");
        node.Set("type", fixture["type"].AsString ?? Naming(file));
        node.Set("typeVersion", fixture["version"].IsNumber ? fixture["version"] : 1);
        node.Set("parameters", fixture["parameters"].IsUndefined ? new JsObject() : fixture["parameters"]);

        var check = NodeFixture.Load(node);
        if (fixture["problems"].AsArray is { } problems)
        {
            check.Problems.Select(p => $"{p.Field}: {p.Message}").ShouldBe(problems.Select(p => p.AsString!), name);
            return;
        }

        check.Problems.Where(p => p.Severity == Severity.Error).ShouldBeEmpty(name);
        if (fixture["warnings"].AsArray is not { } warnings) check.Problems.ShouldBeEmpty(name);
        else check.Problems.Select(p => $"{p.Field}: {p.Message}").ShouldBe(warnings.Select(p => p.AsString!), name);
        var inputs = fixture["inputs"].AsArray is { } several ? several.Select(NodeFixture.Items).ToArray() : [NodeFixture.Items(fixture["input"].IsUndefined ? new JsArray([new JsObject()]) : fixture["input"])];
        if (fixture["error"].AsString is { } error)
        {
            (await Should.ThrowAsync<NodeException>(() => NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, inputs))).Message.ShouldBe(error, name);
            return;
        }

        var outputs = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, inputs);
        var expected = fixture["outputs"].AsArray ?? new JsArray([fixture["output"]]);
        var shown = new JsArray([.. outputs.Select(o => (JsValue)new JsArray([.. o.Select(NodeFixture.Show)]))]);
        JsJson.WriteString(shown).ShouldBe(JsJson.WriteString(expected), name);
        if (fixture["paired"].AsArray is { } paired)
            outputs[0].Select(i => string.Join(' ', i.PairedItems.Select(p => p.Input == 0 ? $"{p.Item}" : $"{p.Input}:{p.Item}"))).ShouldBe(paired.Select(p => p.AsString ?? p.ToString()), name);
    }

    /// <summary>What these do shows only in a run: RunTests has them.</summary>
    private static readonly string[] ShownByRuns = ["ExecuteWorkflow", "Webhook", "RespondToWebhook", "SplitInBatches", "Wait", "StickyNote"];

    [Fact]
    public void Every_node_has_a_fixture_or_tests_of_its_own()
    {
        var folders = Directory.EnumerateDirectories(NodeFixture.Folder).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var own = typeof(NodeFixtureTests).Assembly.GetTypes().Select(t => t.Namespace ?? "").Where(n => n.StartsWith("Sluice.Workflows.Tests.Nodes.", StringComparison.Ordinal)).Select(n => n.Split('.')[4]).ToHashSet(StringComparer.Ordinal);
        NodeCatalog.All.Select(d => d.GetType().GetGenericArguments()[0].Namespace!.Split('.')[^1]).Distinct().Except(ShownByRuns).Where(f => !folders.Contains(f) && !own.Contains(f)).ShouldBeEmpty();
    }

    // Nodes/SplitInBatches/x.json is about the node split-in-batches.
    private static string Naming(string file) => Foundation.Schema.Naming.SnakeCase(file.Split(Path.DirectorySeparatorChar)[0]).Replace('_', '-');
}
