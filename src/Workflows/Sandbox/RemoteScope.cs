using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions;

namespace Sluice.Workflows.Sandbox;

/// <summary>What code sees of its run: the items came with the request, other nodes' output is asked for when the code wants it.</summary>
internal static class RemoteScope
{
    private static readonly ExpressionLimits Limits = new() { Steps = int.MaxValue, Bytes = 16L << 30, Depth = 4000, RegexTime = TimeSpan.FromSeconds(1) };

    public static Scope Of(JsObject request, Func<JsObject, JsObject> ask)
    {
        var roots = request["roots"].AsObject ?? new JsObject();
        var nodes = new Dictionary<string, NodeOutput?>(StringComparer.Ordinal);
        var items = request["items"].AsArray ?? new JsArray();
        return new Scope
        {
            Items = [.. items.Select((v, i) => Item(v.AsObject!, i))],
            RunIndex = (int)roots["runIndex"].AsNumber,
            Nodes = name => nodes.TryGetValue(name, out var known) ? known : nodes[name] = Node(name, ask),
            PreviousNode = roots["prevNode"].AsObject is { } previous ? new PreviousNode(previous["name"].AsString!, (int)previous["outputIndex"].AsNumber, (int)previous["runIndex"].AsNumber) : null,
            Parameters = roots["parameters"].AsObject,
            Workflow = roots["workflow"].AsObject,
            Execution = roots["execution"].AsObject is { } execution ? () => execution : null,
            Variables = roots["vars"].AsObject,
            Environment = name => ask(new JsObject { ["about"] = "env", ["name"] = name })["value"],
            NodeVersion = roots["nodeVersion"].AsNumber,
            NodeId = roots["nodeId"].AsString ?? "",
            Clock = request["now"].IsNumber ? new ShiftedClock(DateTimeOffset.FromUnixTimeMilliseconds((long)request["now"].AsNumber)) : TimeProvider.System,
            TimeZone = TimeZoneInfo.TryFindSystemTimeZoneById(request["zone"].AsString ?? "UTC", out var zone) ? zone : TimeZoneInfo.Utc,
            Limits = Limits,
            Strict = true,
        };
    }

    private static RemoteNode? Node(string name, Func<JsObject, JsObject> ask)
    {
        var answer = ask(new JsObject { ["about"] = "node", ["name"] = name });
        return answer["exists"].IsTrue ? new RemoteNode(name, answer, ask) : null;
    }

    /// <param name="pairedWith">Which item of the node's input it is; null for other nodes' items, which pair with nothing here.</param>
    private static Item Item(JsObject item, int? pairedWith)
    {
        Dictionary<string, BinaryData>? files = null;
        if (item["binary"].AsObject is { } binary)
        {
            files = new(StringComparer.Ordinal);
            foreach (var (name, value) in binary)
            {
                var file = value.AsObject!;
                files[name] = new BinaryData
                {
                    MimeType = file["mimeType"].AsString ?? "",
                    FileName = file["fileName"].AsString,
                    FileExtension = file["fileExtension"].AsString,
                    Size = (long)file["fileSize"].AsNumber,
                    StoreKey = file["id"].AsString,
                };
            }
        }

        return new Item(item["json"].AsObject ?? new JsObject()) { Binary = files, PairedItems = pairedWith is { } at ? [new PairedItem(at)] : item["pairedItem"].AsArray is { } pairs ? [.. pairs.Select(p => new PairedItem((int)p.AsObject!["item"].AsNumber, (int)p.AsObject["input"].AsNumber))] : [] };
    }

    private sealed class RemoteNode(string name, JsObject about, Func<JsObject, JsObject> ask) : NodeOutput
    {
        private readonly Dictionary<(int?, int?), IReadOnlyList<Item>> _items = [];

        public override string Name => name;

        public override bool IsExecuted => about["executed"].IsTrue;

        public override int LastRun => (int)about["lastRun"].AsNumber;

        public override bool IsConnected => about["connected"].IsTrue;

        public override JsObject? Parameters => about["parameters"].AsObject;

        public override JsObject? Context => about["context"].AsObject;

        public override IReadOnlyList<Item> Items(int? branch, int? run)
        {
            if (_items.TryGetValue((branch, run), out var known)) return known;
            var question = new JsObject { ["about"] = "items", ["name"] = name };
            if (branch is { } b) question.Set("branch", b);
            if (run is { } r) question.Set("run", r);
            return _items[(branch, run)] = [.. Ask(question)["items"].AsArray!.Select(v => Item(v.AsObject!, null))];
        }

        public override Item? ItemMatching(int itemIndex) =>
            Ask(new JsObject { ["about"] = "match", ["name"] = name, ["index"] = itemIndex })["item"].AsObject is { } item ? Item(item, null) : null;

        private JsObject Ask(JsObject question)
        {
            var answer = ask(question);
            return answer["error"].AsString is { } error ? throw new ExpressionError(error) : answer;
        }
    }

    /// <summary>The gateway's clock, as it was when the request came, running on.</summary>
    private sealed class ShiftedClock(DateTimeOffset start) : TimeProvider
    {
        private readonly long _began = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(_began);
    }
}
