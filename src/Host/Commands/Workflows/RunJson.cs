using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Commands.Workflows;

/// <summary>
/// A whole run as JSON, for programs: <c>{"status", "error", "nodes": {"NAME": [{"status", "took_ms", "outputs": [[{"json", "binary", "error", "pairedItem"}]], "error", "log"}]}}</c>.
/// A node has an element for each time that it ran, and each of its outputs is a list of items. Contents of files are in base64.
/// </summary>
internal static class RunJson
{
    public static JsObject Of(Run run, RunResult? result)
    {
        var nodes = new JsObject();
        foreach (var node in run.AllExecutions())
        {
            if (nodes[node.Node.Name].AsArray is not { } runs) nodes.Set(node.Node.Name, runs = new JsArray());
            runs.Add(Of(node));
        }

        return new JsObject
        {
            ["status"] = result is null ? "waiting" : result.Succeeded ? "succeeded" : "failed",
            ["error"] = result?.Error is { } error ? Of(error) : JsValue.Null,
            ["nodes"] = nodes,
        };
    }

    private static JsObject Of(NodeRun node)
    {
        var shown = new JsObject
        {
            ["status"] = node switch { { Waiting: not null } => "waiting", { Error: not null } => "failed", { Outputs: null } => "running", _ => "succeeded" },
            ["took_ms"] = node.Took.TotalMilliseconds,
        };
        if (node.Outputs is { } outputs) shown.Set("outputs", new JsArray([.. outputs.Select(o => (JsValue)new JsArray([.. o.Select(i => (JsValue)Of(i))]))]));
        if (node.Error is { } error) shown.Set("error", Of(error));
        if (node.Lines is { Count: > 0 } lines) shown.Set("log", new JsArray([.. lines.Select(l => (JsValue)l)]));
        return shown;
    }

    private static JsObject Of(Item item)
    {
        var shown = new JsObject { ["json"] = item.Json };
        if (item.Binary is { Count: > 0 } files)
        {
            var all = new JsObject();
            foreach (var (name, file) in files) all.Set(name, Of(file));
            shown.Set("binary", all);
        }

        if (item.Error is not null) shown.Set("error", item.Error);
        if (item.PairedItems.Count > 0) shown.Set("pairedItem", new JsArray([.. item.PairedItems.Select(p => (JsValue)new JsObject { ["item"] = p.Item, ["input"] = p.Input })]));
        return shown;
    }

    private static JsObject Of(BinaryData file) => new()
    {
        ["mimeType"] = file.MimeType,
        ["fileName"] = file.FileName ?? JsValue.Null,
        ["fileExtension"] = file.FileExtension ?? JsValue.Null,
        ["size"] = file.Size,
        ["data"] = file.Content is { } content ? Convert.ToBase64String(content.Span) : JsValue.Null,
    };

    private static JsObject Of(RunError error) => new() { ["message"] = error.Message, ["node"] = error.Node, ["item"] = error.Item >= 0 ? error.Item : JsValue.Null, ["code"] = error.Code ?? JsValue.Null };
}
