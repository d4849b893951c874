using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Calendars;
using Sluice.Workflows.Nodes.Spreadsheets;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ConvertToFile;

/// <summary>What kind of file, and of what.</summary>
[CamelCase]
internal sealed record ConvertToFileParameters
{
    /// <summary>The kind of file.</summary>
    [OneOf("csv", "html", "iCal", "toJson", "toText", "toBinary", "xlsx")]
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

    /// <summary>The title of an event.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>When an event begins.</summary>
    public Parameter<JsValue> Start { get; init; } = new(default);

    /// <summary>When it ends; when it begins if absent.</summary>
    public Parameter<JsValue> End { get; init; } = new(default);

    /// <summary>Whether it has days only, no times.</summary>
    public Parameter<bool> AllDay { get; init; } = false;

    /// <summary>More about an event.</summary>
    public EventFields AdditionalFields { get; init; } = new();
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
    public Parameter<string> Encoding { get; init; } = "utf8";

    /// <summary>Whether the field holds base64.</summary>
    [NoEffect("it always does")]
    public bool DataIsBase64 { get; init; } = true;

    /// <summary>The name of a workbook's sheet.</summary>
    public Parameter<string> SheetName { get; init; } = "Sheet";

    /// <summary>Whether a workbook is compressed.</summary>
    [NoEffect("a workbook always is compressed")]
    public bool Compression { get; init; } = true;
}

/// <summary>Makes files of items.</summary>
internal sealed class ConvertToFileNode(ConvertToFileParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ConvertToFileNode, ConvertToFileParameters>((p, _) => new(p))
    {
        Type = "convert-to-file",
        Summary = "Makes files of items: CSV, Excel, HTML, JSON, text, events, and whatever base64 holds.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.convertToFile", 1, 1.1)],
        Difference = "numbers in tables keep all their digits; workbooks have no styles",
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (context.Items.Count == 0) return NodeResult.Nothing;
        switch (parameters.Operation)
        {
            case "csv":
                return All(context, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Csv.Write(context.Items.Select(i => i.Json), parameters.Options.Delimiter.Get(context, 0), parameters.Options.HeaderRow))], "text/csv", "File.csv");
            case "html":
                return All(context, Encoding.UTF8.GetBytes(HtmlSheet.Write(context.Items.Select(i => i.Json), parameters.Options.HeaderRow)), "text/html", "File.html");
            case "xlsx":
                var (columns, rows) = FlatTable.Of(context.Items.Select(i => i.Json));
                var cells = rows.Select(r => (IReadOnlyList<JsValue>)[.. columns.Select(c => r[c])]);
                if (parameters.Options.HeaderRow) cells = cells.Prepend([.. columns.Select(c => (JsValue)c)]);
                return All(context, Workbook.Write(parameters.Options.SheetName.Get(context, 0), cells), MediaTypes.Of(".xlsx"), "File.xlsx");
            case "toJson" when parameters.Mode is "once":
                return All(context, Bytes(context, 0, JsJson.WriteString(new JsArray([.. context.Items.Select(i => (JsValue)i.Json)]), parameters.Options.Format)), "application/json", "file.json");
            default:
                return Each(context);
        }
    }

    private NodeResult All(NodeContext context, byte[] content, string mimeType, string name) =>
        NodeResult.Of([new Item(new JsObject()) { Binary = Files.With(null, parameters.BinaryPropertyName.Get(context, 0), Make(context, 0, content, mimeType, name)), PairedItems = Fields.AllOf(context.Items.Count) }]);

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
        if (parameters.Operation is "iCal")
        {
            var file = parameters.AdditionalFields.FileName.Get(context, index);
            var calendar = CalendarEvent.Write(parameters.AdditionalFields, context, index, parameters.Title.Get(context, index), parameters.Start.Get(context, index), parameters.End.Get(context, index), parameters.AllDay.Get(context, index));
            return Files.Make(calendar, "text/calendar", file.Length > 0 ? file : "event.ics");
        }

        if (parameters.Operation is "toJson") return Make(context, index, Bytes(context, index, JsJson.WriteString(context.Items[index].Json, parameters.Options.Format)), "application/json", "file.json");
        var field = parameters.SourceProperty.Get(context, index);
        JsValue value = field.Length == 0 ? context.Items[index].Json : ItemPaths.Get(context.Items[index].Json, field);
        if (value.IsUndefined) throw new NodeException($"The value in \"{field}\" is not set") { ItemIndex = index, Retryable = false };
        if (parameters.Operation is "toText")
            return Make(context, index, Bytes(context, index, ParameterValues.ToText(value)), value.IsReference ? "application/json" : "text/plain", "file.txt");
        var content = Base64(ParameterValues.ToText(value)) ?? throw new NodeException($"The value in '{field}' is not valid base64 [item {index}]") { ItemIndex = index, Retryable = false };
        var type = MediaTypes.OfContent(content) ?? "text/plain";
        var known = parameters.Options.MimeType.Get(context, index) is { Length: > 0 } given ? given : type;
        return Make(context, index, content, type, MediaTypes.Extension(known) is { } ending ? $"file.{ending}" : "file");
    }

    // Base64 of either alphabet; what is neither, white space for instance, is skipped.
    private static byte[]? Base64(string text)
    {
        var clean = string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_')).Replace('-', '+').Replace('_', '/');
        if (text.StartsWith("data:", StringComparison.Ordinal) || clean.Length % 4 == 1) return null;
        return Convert.FromBase64String(clean.PadRight((clean.Length + 3) / 4 * 4, '='));
    }

    private BinaryData Make(NodeContext context, int index, ReadOnlyMemory<byte> content, string mimeType, string name)
    {
        var given = parameters.Options.FileName.Get(context, index);
        var type = parameters.Options.MimeType.Get(context, index) is { Length: > 0 } set ? set : parameters.Operation is "toBinary" && given.Contains('.', StringComparison.Ordinal) ? MediaTypes.Of(given) : mimeType;
        return Files.Make(content, type, given.Length > 0 ? given : name);
    }

    private byte[] Bytes(NodeContext context, int index, string text)
    {
        var encoding = Files.EncodingOf(parameters.Options.Encoding.Get(context, index));
        return parameters.Options.AddBom ? [.. encoding.Preamble, .. encoding.GetBytes(text)] : encoding.GetBytes(text);
    }
}
