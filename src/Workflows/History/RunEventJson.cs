using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.History;

/// <summary>Events of a run as lines of JSON, and back. Nodes stand in it by their names.</summary>
internal static class RunEventJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsJson.MaximumOwnDepth + 8, SkipValidation = true };

    /// <summary>Writes one event and a line end.</summary>
    /// <param name="fileKey">Gives the key in the object store of a file; null when it has to be written in place.</param>
    public static void Write(IBufferWriter<byte> output, RunEvent happened, WorkflowModel model, Func<BinaryData, string?> fileKey)
    {
        using (var writer = new Utf8JsonWriter(output, Options)) Write(writer, happened, model, fileKey);
        output.Write("\n"u8);
    }

    /// <summary>An event that stands in the object store because it is big.</summary>
    public static void WriteReference(IBufferWriter<byte> output, string key)
    {
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("stored", key);
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter w, RunEvent happened, WorkflowModel model, Func<BinaryData, string?> fileKey)
    {
        w.WriteStartObject();
        w.WriteString("event", NameOf(happened));
        w.WriteNumber("at", happened.At.ToUnixTimeMilliseconds());
        switch (happened)
        {
            case RunStarted e:
                w.WriteString("node", model.Nodes[e.Trigger].Name);
                if (e.Trace is not null) w.WriteString("trace", e.Trace);
                if (e.Method is not null) w.WriteString("method", e.Method);
                w.WritePropertyName("items");
                Write(w, e.Items, fileKey);
                break;
            case NodeStarted e:
                Node(w, model, e.Node, e.Index);
                w.WriteNumber("attempt", e.Attempt);
                break;
            case NodeFinished e:
                Node(w, model, e.Node, e.Index);
                w.WriteNumber("took", e.Took.Ticks);
                if (!e.State.IsUndefined)
                {
                    w.WritePropertyName("state");
                    JsJson.Write(w, e.State);
                }

                Write(w, e.Lines);
                w.WriteStartArray("outputs");
                foreach (var items in e.Outputs) Write(w, items, fileKey);
                w.WriteEndArray();
                break;
            case NodeFailed e:
                Node(w, model, e.Node, e.Index);
                w.WriteNumber("attempt", e.Attempt);
                w.WriteNumber("took", e.Took.Ticks);
                w.WriteBoolean("retry", e.Retry);
                if (e.RetryAfter is { } pause) w.WriteNumber("retryAfter", pause.Ticks);
                Write(w, e.Lines);
                Write(w, e.Error);
                break;
            case NodeWaiting e:
                Node(w, model, e.Node, e.Index);
                if (e.Until is { } until) w.WriteNumber("until", until.ToUnixTimeMilliseconds());
                w.WriteBoolean("onCall", e.OnCall);
                w.WriteString("suffix", e.Suffix);
                w.WriteString("method", e.Method);
                if (e.Message.Length > 0) w.WriteString("message", e.Message);
                break;
            case NodeResumed e:
                Node(w, model, e.Node, e.Index);
                WriteOptional(w, e.Items, fileKey);
                break;
            case DecisionNeeded e:
                Node(w, model, e.Node, e.Index);
                break;
            case Decided e:
                Node(w, model, e.Node, e.Index);
                w.WriteString("decision", e.Decision.ToString());
                WriteOptional(w, e.Items, fileKey);
                break;
            case RunFailed e:
                Write(w, e.Error);
                break;
            case RunCancelled e:
                w.WriteString("reason", e.Reason);
                break;
        }

        w.WriteEndObject();
    }

    private static string NameOf(RunEvent happened) => happened switch
    {
        RunStarted => "started",
        NodeStarted => "node started",
        NodeFinished => "node finished",
        NodeFailed => "node failed",
        NodeWaiting => "waiting",
        NodeResumed => "resumed",
        DecisionNeeded => "needs decision",
        Decided => "decided",
        RunFinished => "finished",
        RunFailed => "failed",
        _ => "cancelled",
    };

    private static void Node(Utf8JsonWriter w, WorkflowModel model, int node, int index)
    {
        w.WriteString("node", model.Nodes[node].Name);
        w.WriteNumber("index", index);
    }

    private static void Write(Utf8JsonWriter w, IReadOnlyList<string>? lines)
    {
        if (lines is null) return;
        w.WriteStartArray("lines");
        foreach (var line in lines) w.WriteStringValue(line);
        w.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter w, RunError error)
    {
        w.WriteStartObject("error");
        w.WriteString("message", error.Message);
        if (error.Node.Length > 0) w.WriteString("node", error.Node);
        if (error.Item >= 0) w.WriteNumber("item", error.Item);
        if (error.Code is not null) w.WriteString("code", error.Code);
        if (error.Unexpected) w.WriteBoolean("unexpected", true);
        if (!error.Details.IsUndefined)
        {
            w.WritePropertyName("details");
            JsJson.Write(w, error.Details);
        }

        w.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter w, IReadOnlyList<Item>? items, Func<BinaryData, string?> fileKey)
    {
        if (items is null) return;
        w.WritePropertyName("items");
        Write(w, items, fileKey);
    }

    private static void Write(Utf8JsonWriter w, IReadOnlyList<Item> items, Func<BinaryData, string?> fileKey)
    {
        w.WriteStartArray();
        foreach (var item in items)
        {
            w.WriteStartObject();
            w.WritePropertyName("json");
            JsJson.Write(w, item.Json);
            if (item.Error is not null) w.WriteString("error", item.Error);
            if (item.PairedItems is [{ Input: 0, Run: null } only]) w.WriteNumber("from", only.Item);
            else if (item.PairedItems.Count > 0)
            {
                w.WriteStartArray("pairs");
                foreach (var pair in item.PairedItems)
                {
                    w.WriteNumberValue(pair.Item);
                    w.WriteNumberValue(pair.Input);
                    w.WriteNumberValue(pair.Run ?? -1);
                }

                w.WriteEndArray();
            }

            if (item.Binary is { } files)
            {
                w.WriteStartObject("binary");
                foreach (var (name, file) in files) Write(w, name, file, fileKey);
                w.WriteEndObject();
            }

            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter w, string name, BinaryData file, Func<BinaryData, string?> fileKey)
    {
        w.WriteStartObject(name);
        w.WriteString("mimeType", file.MimeType);
        if (file.FileName is not null) w.WriteString("fileName", file.FileName);
        if (file.FileExtension is not null) w.WriteString("fileExtension", file.FileExtension);
        if (file.Directory is not null) w.WriteString("directory", file.Directory);
        w.WriteNumber("size", file.Size);
        if ((file.StoreKey ?? fileKey(file)) is { } key) w.WriteString("key", key);
        else if (file.Content is { } content) w.WriteBase64String("content", content.Span);
        w.WriteEndObject();
    }

    /// <summary>The event of one line.</summary>
    /// <exception cref="JsonException">It is none, or names a node that the workflow does not have.</exception>
    public static RunEvent Read(JsObject line, WorkflowModel model)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds((long)line["at"].AsNumber);
        int Node() => model.Find(line["node"].AsString ?? "")?.Index ?? throw new JsonException($"the workflow has no node '{line["node"]}'");
        int Index() => (int)line["index"].AsNumber;
        TimeSpan Took() => new((long)line["took"].AsNumber);
        return line["event"].AsString switch
        {
            "started" => new RunStarted(at, Node(), Items(line["items"])!, line["trace"].AsString) { Method = line["method"].AsString },
            "node started" => new NodeStarted(at, Node(), Index(), (int)line["attempt"].AsNumber),
            "node finished" => new NodeFinished(at, Node(), Index(), [.. line["outputs"].AsArray!.Select(o => Items(o)!)], line["state"], Took()) { Lines = Lines(line) },
            "node failed" => new NodeFailed(at, Node(), Index(), (int)line["attempt"].AsNumber, Error(line["error"].AsObject!), line["retry"].IsTrue, Took()) { Lines = Lines(line), RetryAfter = line["retryAfter"].IsNumber ? TimeSpan.FromTicks((long)line["retryAfter"].AsNumber) : null },
            "waiting" => new NodeWaiting(at, Node(), Index(), line["until"].IsNumber ? DateTimeOffset.FromUnixTimeMilliseconds((long)line["until"].AsNumber) : null, line["onCall"].IsTrue, line["suffix"].AsString ?? "", line["method"].AsString ?? "", line["message"].AsString ?? ""),
            "resumed" => new NodeResumed(at, Node(), Index(), Items(line["items"])),
            "needs decision" => new DecisionNeeded(at, Node(), Index()),
            "decided" => new Decided(at, Node(), Index(), Enum.Parse<Decision>(line["decision"].AsString!), Items(line["items"])),
            "finished" => new RunFinished(at),
            "failed" => new RunFailed(at, Error(line["error"].AsObject!)),
            "cancelled" => new RunCancelled(at, line["reason"].AsString ?? ""),
            var other => throw new JsonException($"'{other}' is no event of a run"),
        };
    }

    private static List<string>? Lines(JsObject line) => line["lines"].AsArray is { } lines ? [.. lines.Select(l => l.AsString ?? "")] : null;

    private static RunError Error(JsObject error) =>
        new(error["message"].AsString ?? "", error["node"].AsString ?? "", error["item"].IsNumber ? (int)error["item"].AsNumber : -1, error["code"].AsString, error["details"])
        {
            Unexpected = error["unexpected"].IsTrue,
        };

    private static List<Item>? Items(JsValue value) => value.AsArray is { } list ? [.. list.Select(Item)] : null;

    private static Item Item(JsValue value)
    {
        var item = value.AsObject!;
        return new Item(item["json"].AsObject ?? new JsObject())
        {
            Error = item["error"].AsString,
            PairedItems = Pairs(item),
            Binary = item["binary"].AsObject is { } files ? files.ToDictionary(f => f.Key, f => File(f.Value.AsObject!), StringComparer.Ordinal) : null,
        };
    }

    private static IReadOnlyList<PairedItem> Pairs(JsObject item)
    {
        if (item["pairs"].AsArray is { } triples) return [.. triples.Chunk(3).Select(p => new PairedItem((int)p[0].AsNumber, (int)p[1].AsNumber, p[2].AsNumber >= 0 ? (int)p[2].AsNumber : null))];
        var from = item["from"];
        if (from.IsNumber) return Positions.Of((int)from.AsNumber);
        // As it was written before pairs named executions.
        return from.AsArray is { } pairs ? [.. pairs.Chunk(2).Select(p => new PairedItem((int)p[0].AsNumber, (int)p[1].AsNumber))] : [];
    }

    private static BinaryData File(JsObject file) => new()
    {
        MimeType = file["mimeType"].AsString ?? "application/octet-stream",
        FileName = file["fileName"].AsString,
        FileExtension = file["fileExtension"].AsString,
        Directory = file["directory"].AsString,
        Size = (long)file["size"].AsNumber,
        StoreKey = file["key"].AsString,
        Content = file["content"].AsString is { } content ? Convert.FromBase64String(content) : default(ReadOnlyMemory<byte>?),
    };
}
