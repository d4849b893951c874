using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Sandbox;

/// <summary>One execution of code, as the gateway sees it: what the worker is told, what it may ask, and what becomes of the files that went out by number.</summary>
/// <param name="host">What it may ask of the run besides; null for nothing.</param>
internal sealed class CodeCall(Scope scope, string code, string mode, bool continueOnFail, CodeHost? host = null)
{
    /// <summary>Bytes of a file whose content code can be told: in base64 it has to fit into one frame.</summary>
    private const int MaximumFile = (Frames.MaximumLength >> 2) * 3 - 1024;

    private readonly List<BinaryData> _files = [];

    public JsObject Request()
    {
        var roots = new JsObject
        {
            ["workflow"] = scope.Workflow,
            ["execution"] = scope.Execution?.Invoke(),
            ["vars"] = scope.Variables,
            ["parameters"] = scope.Parameters,
            ["runIndex"] = scope.RunIndex,
            ["nodeVersion"] = scope.NodeVersion,
            ["nodeId"] = scope.NodeId,
            ["nodeName"] = host?.NodeName,
        };
        if (scope.PreviousNode is { } previous)
            roots.Set("prevNode", new JsObject { ["name"] = previous.Name, ["outputIndex"] = previous.OutputIndex, ["runIndex"] = previous.RunIndex });
        return new JsObject
        {
            ["code"] = code,
            ["mode"] = mode,
            ["continueOnFail"] = continueOnFail,
            ["items"] = new JsArray([.. scope.Items.Select((item, i) => (JsValue)Show(item, i))]),
            ["roots"] = roots,
            ["now"] = scope.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            ["zone"] = scope.TimeZone.Id,
        };
    }

    /// <summary>Answers a question of the worker.</summary>
    /// <exception cref="InvalidDataException">It is none that a worker asks.</exception>
    public async ValueTask<JsObject> AnswerAsync(JsObject question, CancellationToken cancel)
    {
        var name = question["name"].AsString ?? throw new InvalidDataException("a question without a name");
        try
        {
            if (question["about"].AsString is "file") return await ContentAsync(name, cancel);
            if (question["about"].AsString is "static") return new JsObject { ["value"] = host is null ? new JsObject() : await host.ReadStaticData(name, cancel) };
        }
        catch (NodeException e)
        {
            return new JsObject { ["error"] = e.Message };
        }

        return Answer(name, question);
    }

    private async ValueTask<JsObject> ContentAsync(string id, CancellationToken cancel)
    {
        if (File(id) is not { } file || host is null) return new JsObject { ["error"] = "there is no such file" };
        var content = await host.ReadFile(file, cancel);
        return content.Length > MaximumFile ? new JsObject { ["error"] = $"the file is longer than the {MaximumFile >> 20} MiB that code can read" } : new JsObject { ["data"] = Convert.ToBase64String(content.Span) };
    }

    private JsObject Answer(string name, JsObject question)
    {
        if (question["about"].AsString is "env") return new JsObject { ["value"] = scope.Environment?.Invoke(name) ?? default };
        var node = scope.Nodes?.Invoke(name);
        if (node is null) return new JsObject { ["exists"] = false };
        try
        {
            return About(node, question);
        }
        catch (Exception e) when (e is ExpressionError or Expressions.Evaluation.JsThrow)
        {
            return new JsObject { ["error"] = e.Message };
        }
    }

    private JsObject About(NodeOutput node, JsObject question)
    {
        return question["about"].AsString switch
        {
            "node" => new JsObject { ["exists"] = true, ["executed"] = node.IsExecuted, ["parameters"] = node.Parameters, ["context"] = node.Context, ["lastRun"] = node.LastRun, ["connected"] = node.IsConnected },
            "items" => new JsObject { ["items"] = new JsArray([.. node.Items(Index(question["branch"]), Index(question["run"])).Select(i => (JsValue)ShowOther(i))]) },
            "match" => new JsObject { ["item"] = Index(question["index"]) is { } at && node.ItemMatching(at) is { } item ? ShowOther(item) : JsValue.Null },
            _ => throw new InvalidDataException("an unknown question"),
        };
    }

    /// <summary>The file that the worker was told of under this id; null for none.</summary>
    public BinaryData? File(string id) => id.StartsWith("file:", StringComparison.Ordinal) && int.TryParse(id.AsSpan(5), out var at) && at >= 0 && at < _files.Count ? _files[at] : null;

    private static int? Index(JsValue value) => value.IsNumber && value.AsNumber is >= int.MinValue and <= int.MaxValue ? (int)value.AsNumber : null;

    /// <summary>An item of another node, with what that one made it from.</summary>
    private JsObject ShowOther(Item item)
    {
        var shown = Show(item, null);
        if (item.PairedItems.Count > 0)
            shown.Set("pairedItem", new JsArray([.. item.PairedItems.Select(p => (JsValue)new JsObject(2) { ["item"] = p.Item, ["input"] = p.Input })]));
        return shown;
    }

    private JsObject Show(Item item, int? index)
    {
        var shown = new JsObject(3) { ["json"] = item.Json };
        if (index is { } at) shown.Set("pairedItem", new JsObject(1) { ["item"] = at });
        if (item.Binary is not { Count: > 0 }) return shown;
        var files = new JsObject();
        foreach (var (name, file) in item.Binary)
        {
            files.Set(name, new JsObject
            {
                ["mimeType"] = file.MimeType,
                ["fileName"] = file.FileName,
                ["fileExtension"] = file.FileExtension,
                ["fileSize"] = file.Size,
                ["id"] = $"file:{_files.Count}",
            });
            _files.Add(file);
        }

        shown.Set("binary", files);
        return shown;
    }
}

/// <summary>What code can ask of its run besides other nodes' items.</summary>
/// <param name="NodeName">The node that it belongs to.</param>
/// <param name="ReadFile">The content of a file of an item.</param>
/// <param name="ReadStaticData">What earlier runs left: <c>global</c>, or <c>node</c> for its own node.</param>
internal sealed record CodeHost(string NodeName, Func<BinaryData, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> ReadFile, Func<string, CancellationToken, ValueTask<JsObject>> ReadStaticData);
