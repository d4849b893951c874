using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ConvertToFile;

/// <summary>What kind of file, and of what.</summary>
[CamelCase]
internal sealed record ConvertToFileParameters
{
    /// <summary>The kind of file.</summary>
    [OneOf("csv", "html", "toJson", "toText", "toBinary")]
    public string Operation { get; init; } = "csv";

    /// <summary>With JSON, one file for all items or one for each.</summary>
    [OneOf("once", "each")]
    public string Mode { get; init; } = "once";

    /// <summary>The field whose text or base64 is the file.</summary>
    public Parameter<string> SourceProperty { get; init; } = "";

    /// <summary>The field that the file is put in.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>More about the file.</summary>
    public ConvertToFileOptions Options { get; init; } = new();
}

/// <summary>More about the file.</summary>
[CamelCase]
internal sealed record ConvertToFileOptions
{
    /// <summary>Its name.</summary>
    public Parameter<string> FileName { get; init; } = "";

    /// <summary>Its media type.</summary>
    public Parameter<string> MimeType { get; init; } = "";

    /// <summary>Whether the first row names the columns.</summary>
    public bool HeaderRow { get; init; } = true;

    /// <summary>What stands between columns.</summary>
    public Parameter<string> Delimiter { get; init; } = ",";

    /// <summary>Whether JSON is indented.</summary>
    public bool Format { get; init; }

    /// <summary>Whether a text begins with a byte order mark.</summary>
    [Field("addBOM")]
    public bool AddBom { get; init; }

    /// <summary>The encoding of a text.</summary>
    [OneOf("utf8", "utf-8")]
    public string Encoding { get; init; } = "utf8";

    /// <summary>Whether the field holds base64.</summary>
    public bool DataIsBase64 { get; init; } = true;
}

/// <summary>Makes files of items.</summary>
internal sealed class ConvertToFileNode(ConvertToFileParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ConvertToFileNode, ConvertToFileParameters>((p, _) => new(p))
    {
        Type = "convert-to-file",
        Summary = "Makes files of items: CSV, HTML, JSON, text, and whatever base64 holds.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.convertToFile", 1, 1.1)],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (context.Items.Count == 0) return NodeResult.Nothing;
        switch (parameters.Operation)
        {
            case "csv":
                var rows = context.Items.Select(i => i.Json).ToList();
                return All(context, Csv.Write(rows, parameters.Options.Delimiter.Get(context, 0), parameters.Options.HeaderRow), "text/csv", "file.csv");
            case "html":
                return All(context, HtmlTable(context), "text/html", "file.html");
            case "toJson" when parameters.Mode is "once":
                return All(context, JsJson.WriteString(new JsArray([.. context.Items.Select(i => (JsValue)i.Json)]), parameters.Options.Format), "application/json", "file.json");
            default:
                return Each(context);
        }
    }

    private NodeResult All(NodeContext context, string text, string mimeType, string name) =>
        NodeResult.Of([new Item(new JsObject()) { Binary = Files.With(null, parameters.BinaryPropertyName.Get(context, 0), Make(context, 0, Bytes(text), mimeType, name)), PairedItems = Fields.AllOf(context.Items.Count) }]);

    private NodeResult Each(NodeContext context)
    {
        var output = new List<Item>(context.Items.Count);
        for (var i = 0; i < context.Items.Count; i++)
        {
            try
            {
                output.Add(new Item(new JsObject()) { Binary = Files.With(null, parameters.BinaryPropertyName.Get(context, i), One(context, i)), PairedItems = Positions.Of(i) });
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    private BinaryData One(NodeContext context, int index)
    {
        if (parameters.Operation is "toJson") return Make(context, index, Bytes(JsJson.WriteString(context.Items[index].Json, parameters.Options.Format)), "application/json", "file.json");
        var field = parameters.SourceProperty.Get(context, index);
        var value = ItemPaths.Get(context.Items[index].Json, field);
        if (value.IsUndefined) throw new NodeException($"The value in '{field}' is not set [item {index}]") { ItemIndex = index, Retryable = false };
        var text = ParameterValues.ToText(value);
        if (parameters.Operation is "toText" || !parameters.Options.DataIsBase64) return Make(context, index, Bytes(text), "text/plain", "file.txt");
        var bytes = new byte[text.Length * 3 / 4 + 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) throw new NodeException($"The value in '{field}' is not valid base64 [item {index}]") { ItemIndex = index, Retryable = false };
        return Make(context, index, bytes.AsMemory(0, length), "application/octet-stream", "file");
    }

    private BinaryData Make(NodeContext context, int index, ReadOnlyMemory<byte> content, string mimeType, string name)
    {
        var given = parameters.Options.FileName.Get(context, index);
        var type = parameters.Options.MimeType.Get(context, index) is { Length: > 0 } set ? set : mimeType is "application/octet-stream" && given.Length > 0 ? MediaTypes.Of(given) : mimeType;
        return Files.Make(content, type, given.Length > 0 ? given : name);
    }

    private byte[] Bytes(string text) => parameters.Options.AddBom ? [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)] : Encoding.UTF8.GetBytes(text);

    private static string HtmlTable(NodeContext context)
    {
        var columns = context.Items.SelectMany(i => i.Json.Names).Distinct(StringComparer.Ordinal).ToList();
        static string Cell(string tag, string text) => $"<{tag}>{System.Net.WebUtility.HtmlEncode(text)}</{tag}>";
        var head = string.Concat(columns.Select(c => Cell("th", c)));
        var rows = context.Items.Select(i => $"<tr>{string.Concat(columns.Select(c => Cell("td", ParameterValues.ToText(i.Json[c]))))}</tr>");
        return $"<html><body><table><tr>{head}</tr>{string.Concat(rows)}</table></body></html>";
    }
}
