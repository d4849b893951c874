using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Tests.Connections;

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
        await using var standIn = fixture["exchanges"].AsArray is null ? null : await StandIn.StartAsync();
        if (standIn is not null)
        {
            fixture = JsJson.Parse(JsJson.WriteString(fixture).Replace("STAND_IN", standIn.Url, StringComparison.Ordinal)).AsObject!;
            standIn.Expect(fixture["exchanges"].AsArray!);
        }

        var node = fixture["node"].AsObject?.Clone() ?? new JsObject();
        node.Set("name", "Node");
        node.Set("type", fixture["type"].AsString ?? Naming(file));
        node.Set("typeVersion", fixture["version"].IsNumber ? fixture["version"] : 1);
        node.Set("parameters", fixture["parameters"].IsUndefined ? new JsObject() : fixture["parameters"]);

        var services = new NodeServices();
        if (fixture["connection"].AsObject is { } connection)
        {
            var kind = connection["kind"].AsString!;
            node.Set("credentials", new JsObject { [kind] = new JsObject { ["id"] = "7", ["name"] = "mine" } });
            services = new NodeServices { Connections = new OneConnection(kind, JsJson.WriteString(connection["fields"])) };
        }

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
            var failure = await Should.ThrowAsync<NodeException>(() => NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, inputs, services));
            failure.Message.ShouldBe(error, name);
            if (fixture["code"].AsString is { } code) failure.Code.ShouldBe(code, name);
            standIn?.ShouldHaveBeenAskedAsExpected(name);
            return;
        }

        var outputs = await NodeFixture.RunAsync(check.Model!.Find("Node")!, check.Model, inputs, services);
        standIn?.ShouldHaveBeenAskedAsExpected(name);
        var expected = fixture["outputs"].AsArray ?? new JsArray([fixture["output"]]);
        var shown = new JsArray([.. outputs.Select(o => (JsValue)new JsArray([.. o.Select(NodeFixture.Show)]))]);
        JsJson.WriteString(shown).ShouldBe(JsJson.WriteString(expected), name);
        if (fixture["paired"].AsArray is { } paired)
            outputs[0].Select(i => string.Join(' ', i.PairedItems.Select(p => p.Input == 0 ? $"{p.Item}" : $"{p.Input}:{p.Item}"))).ShouldBe(paired.Select(p => p.AsString ?? p.ToString()), name);
    }

    /// <summary>What these do shows only in a run: RunTests has them.</summary>
    private static readonly string[] ShownByRuns = ["Webhook", "RespondToWebhook", "SplitInBatches", "Wait", "StickyNote"];

    [Fact]
    public void Every_node_has_a_fixture_or_tests_of_its_own()
    {
        var folders = Directory.EnumerateDirectories(NodeFixture.Folder).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var own = typeof(NodeFixtureTests).Assembly.GetTypes().Select(t => t.Namespace ?? "").Where(n => n.StartsWith("Sluice.Workflows.Tests.Nodes.", StringComparison.Ordinal)).Select(n => n.Split('.')[4]).ToHashSet(StringComparer.Ordinal);
        NodeCatalog.All.Select(d => d.GetType().GetGenericArguments()[0].Namespace!.Split('.')[^1]).Distinct().Except(ShownByRuns).Where(f => !folders.Contains(f) && !own.Contains(f)).ShouldBeEmpty();
    }

    // Nodes/SplitInBatches/x.json is about the node split-in-batches, Nodes/GitHub/x.json about the one of that folder.
    private static string Naming(string file)
    {
        var folder = file.Split(Path.DirectorySeparatorChar)[0];
        var type = Foundation.Schema.Naming.SnakeCase(folder).Replace('_', '-');
        return NodeCatalog.Find(type, 1).Descriptor?.Type ?? NodeCatalog.All.FirstOrDefault(d => d.ParametersType.Namespace!.EndsWith("." + folder, StringComparison.Ordinal))?.Type ?? type;
    }
}
