using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Xml;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ExtractFromFile;

/// <summary>What kind of file, and where its content goes.</summary>
[CamelCase]
internal sealed record ExtractFromFileParameters
{
    /// <summary>The kind of file.</summary>
    [OneOf("csv", "fromJson", "text", "xml", "binaryToPropery")]
    public string Operation { get; init; } = "csv";

    /// <summary>The field of the file.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>The field that the content is put in.</summary>
    public Parameter<string> DestinationKey { get; init; } = "data";

    /// <summary>More about the file.</summary>
    public ExtractFromFileOptions Options { get; init; } = new();
}

/// <summary>More about the file.</summary>
[CamelCase]
internal sealed record ExtractFromFileOptions
{
    /// <summary>Whether the first row names the columns.</summary>
    public bool HeaderRow { get; init; } = true;

    /// <summary>What stands between columns.</summary>
    public Parameter<string> Delimiter { get; init; } = ",";

    /// <summary>Whether empty cells are fields.</summary>
    public bool IncludeEmptyCells { get; init; }

    /// <summary>From which row on, from 1.</summary>
    [Between(0, 100_000_000)]
    public int FromLine { get; init; }

    /// <summary>How many rows at most; -1 for all.</summary>
    [Between(-1, 100_000_000)]
    public int MaxRowCount { get; init; } = -1;

    /// <summary>The encoding of a text.</summary>
    public Parameter<string> Encoding { get; init; } = "utf8";

    /// <summary>What the items keep: their fields, their files, or both.</summary>
    [OneOf("json", "binary", "both")]
    public string KeepSource { get; init; } = "json";

    /// <summary>Whether white space around a text is taken away.</summary>
    [Field("stripBOM")]
    public bool StripBom { get; init; } = true;
}

/// <summary>Reads files of items.</summary>
internal sealed class ExtractFromFileNode(ExtractFromFileParameters parameters) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ExtractFromFileNode, ExtractFromFileParameters>((p, _) => new(p))
    {
        Type = "extract-from-file",
        Summary = "Reads files of items: CSV, JSON, XML, text, and any file as base64.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.extractFromFile", 1, 1.1)],
    };

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var field = parameters.BinaryPropertyName.Get(context, index);
        if (parameters.Operation is "csv")
        {
            var text = await Files.TextAsync(context, index, field, parameters.Options.Encoding.Get(context, index));
            var rows = Csv.Read(text, parameters.Options.Delimiter.Get(context, index), parameters.Options.HeaderRow, parameters.Options.IncludeEmptyCells).Skip(Math.Max(0, parameters.Options.FromLine - 1));
            if (parameters.Options.MaxRowCount >= 0) rows = rows.Take(parameters.Options.MaxRowCount);
            foreach (var row in rows) output.Add(new Item(row) { PairedItems = Positions.Of(index) });
            return;
        }

        var json = parameters.Options.KeepSource is "json" or "both" ? item.Json.Clone() : new JsObject();
        ItemPaths.Set(json, parameters.DestinationKey.Get(context, index), await ContentAsync(context, index, field));
        output.Add(new Item(json) { Binary = parameters.Options.KeepSource is "binary" or "both" ? item.Binary : null, PairedItems = Positions.Of(index) });
    }

    private async ValueTask<JsValue> ContentAsync(NodeContext context, int index, string field)
    {
        if (parameters.Operation is "binaryToPropery") return Convert.ToBase64String((await context.Services.ReadAsync(Files.Find(context, index, field), context.Cancellation)).Span);
        var text = await Files.TextAsync(context, index, field, parameters.Options.Encoding.Get(context, index));
        if (parameters.Operation is "xml") return XmlReading.Read(text, new XmlOptions(), index);
        if (parameters.Operation is "text") return text;
        try
        {
            return JsJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw new NodeException($"the file is not valid JSON: {e.Message}", e) { ItemIndex = index, Retryable = false };
        }
    }
}
