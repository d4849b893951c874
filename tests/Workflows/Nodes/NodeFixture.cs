using System.Text;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Tests.Nodes;

/// <summary>
/// One node run with given parameters and items. A case of a fixture file says <c>parameters</c>, <c>input</c> (or <c>inputs</c> for several) and
/// <c>output</c> (or <c>outputs</c>, or <c>error</c>, or <c>problems</c>); <c>type</c> and <c>version</c> for n8n's names, <c>node</c> for more fields of the node,
/// <c>paired</c> for the expected pairing of the first output's items; <c>connection</c> (<c>kind</c>, <c>fields</c>) and <c>exchanges</c> for nodes that
/// call a service, for which a <see cref="StandIn"/> stands in: its address is written <c>STAND_IN</c>.
/// </summary>
internal static class NodeFixture
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Nodes");

    public static IEnumerable<(string File, int Index, JsObject Case)> All() => Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .SelectMany(file => JsJson.Parse(System.IO.File.ReadAllBytes(file)).AsArray!.Select((c, i) => (Path.GetRelativePath(Folder, file), i, c.AsObject!)));

    /// <param name="file">The file that the workflow is said to be in.</param>
    public static WorkflowCheck Load(JsObject node, string file = "test.json")
    {
        var workflow = new JsObject
        {
            ["name"] = "test",
            ["nodes"] = new JsArray([new JsObject { ["name"] = "Start", ["type"] = "manual-trigger" }, node]),
            ["connections"] = JsJson.Parse($$$"""{"Start": {"main": [[{"node": "{{{node["name"]}}}", "type": "main", "index": 0}]]}}"""),
            ["settings"] = new JsObject { ["durability"] = "none" },
        };
        return Load(JsJson.WriteString(workflow), file);
    }

    public static WorkflowCheck Load(string workflow, string file = "test.json")
    {
        var problems = new List<Problem>();
        var definition = DefinitionReader.Read(file, Encoding.UTF8.GetBytes(workflow), DocumentFormat.Json, problems);
        return definition is null ? new WorkflowCheck(null, problems, []) : ModelBuilder.Build(definition, problems);
    }

    public static WorkflowModel Model(string workflow)
    {
        var check = Load(workflow);
        return check.Model ?? throw new InvalidOperationException(string.Join('\n', check.Problems));
    }

    /// <summary>Runs the node with the items of its inputs.</summary>
    public static async Task<IReadOnlyList<Item>[]> RunAsync(NodeModel node, WorkflowModel model, IReadOnlyList<Item>[] inputs, NodeServices? services = null)
    {
        var run = new Run("test", model, services ?? new NodeServices(), new RunRequest(), null);
        var execution = new NodeRun(node, inputs, new ItemSource[inputs.Length]) { Index = 0 };
        (run.State.Runs[node.Index] = []).Add(execution);
        var result = await node.Node.ExecuteAsync(new NodeContext(run, execution, TestContext.Current.CancellationToken));
        return NodeOutcome.Settle(execution, result.Outputs);
    }

    public static List<Item> Items(JsValue list) => [.. list.AsArray!.Select(ToItem)];

    // An item is its JSON, or an object with "$json" and "$binary" (text by name).
    private static Item ToItem(JsValue value)
    {
        var json = value.AsObject!;
        if (!json.Contains("$binary")) return new Item(json);
        var files = json["$binary"].AsObject!.ToDictionary(f => f.Key, f => File(f.Value), StringComparer.Ordinal);
        return new Item(json["$json"].AsObject ?? new JsObject()) { Binary = files };
    }

    private static BinaryData File(JsValue value)
    {
        var file = value.AsObject ?? new JsObject { ["text"] = value };
        var content = file["base64"].AsString is { } base64 ? Convert.FromBase64String(base64) : Encoding.UTF8.GetBytes(file["text"].AsString ?? "");
        return new BinaryData { Content = content, Size = content.Length, MimeType = file["mimeType"].AsString ?? "text/plain", FileName = file["fileName"].AsString };
    }

    /// <summary>The item as fixtures write it.</summary>
    public static JsValue Show(Item item)
    {
        if (item.Binary is not { Count: > 0 }) return item.Json;
        var files = new JsObject();
        foreach (var (name, file) in item.Binary)
        {
            var shown = new JsObject { ["mimeType"] = file.MimeType };
            if (file.FileName is not null) shown.Set("fileName", file.FileName);
            var bytes = file.Content!.Value.Span;
            if (file.MimeType.StartsWith("text/", StringComparison.Ordinal) || file.MimeType.Contains("json", StringComparison.Ordinal) || file.MimeType.Contains("xml", StringComparison.Ordinal)) shown.Set("text", Encoding.UTF8.GetString(bytes));
            else shown.Set("base64", Convert.ToBase64String(bytes));
            files.Set(name, shown);
        }

        return new JsObject { ["$json"] = item.Json, ["$binary"] = files };
    }
}
