using System.Text.Json;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Calendars;
using Sluice.Workflows.Nodes.Spreadsheets;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.ExtractFromFile;

/// <summary>What kind of file, and where its content goes.</summary>
[CamelCase]
internal sealed record ExtractFromFileParameters
{
    /// <summary>The kind of file; <c>table</c> for a CSV file, a workbook or a page, as the file says.</summary>
    [OneOf("csv", "fromIcs", "fromJson", "html", "table", "text", "xlsx", "xml", "binaryToPropery")]
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

    /// <summary>From which line on, from 1; what is before it is left out, the names of columns, too.</summary>
    [Between(0, 100_000_000)]
    public int FromLine { get; init; }

    /// <summary>How many rows of a CSV file at most; -1 for all.</summary>
    [Between(-1, 100_000_000)]
    public int MaxRowCount { get; init; } = -1;

    /// <summary>The encoding of a text.</summary>
    public Parameter<string> Encoding { get; init; } = "utf8";

    /// <summary>What the items keep: their fields, their files, or both; nothing when absent.</summary>
    [OneOf("", "json", "binary", "both")]
    [AllowEmpty]
    public string KeepSource { get; init; } = "";

    /// <summary>Whether a byte order mark is taken away.</summary>
    [Field("stripBOM")]
    public bool StripBom { get; init; } = true;

    /// <summary>Whether a byte order mark of a table is taken away.</summary>
    [Field("enableBOM")]
    [NoEffect("a byte order mark is always taken away")]
    public bool EnableBom { get; init; } = true;

    /// <summary>Whether quotation marks within a cell are taken as they are.</summary>
    [NoEffect("they always are")]
    public bool RelaxQuotes { get; init; } = true;

    /// <summary>Whether rows with errors are left out.</summary>
    [NoEffect("a row with fewer or more cells is no error")]
    public MapNode? SkipRecordsWithErrors { get; init; }

    /// <summary>The sheet of a workbook; the first when empty.</summary>
    public Parameter<string> SheetName { get; init; } = "";

    /// <summary>The cells of a sheet, for instance <c>A1:C20</c>, or the row that it begins with.</summary>
    public Parameter<string> Range { get; init; } = "";

    /// <summary>Whether cells of a sheet are given as texts, and dates as numbers of days.</summary>
    public bool RawData { get; init; }

    /// <summary>Whether a file is read as text.</summary>
    [NoEffect("the kind of file says it")]
    public bool ReadAsString { get; init; }
}

/// <summary>Reads files of items.</summary>
internal sealed class ExtractFromFileNode(ExtractFromFileParameters parameters) : AsyncItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ExtractFromFileNode, ExtractFromFileParameters>((p, _) => new(p))
    {
        Type = "extract-from-file",
        Summary = "Reads files of items: CSV, Excel, tables in HTML, JSON, calendars, XML, text, and any file as base64.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.extractFromFile", 1, 1.1)],
        Difference = "rows of CSV files with fewer or more cells are no errors; a byte order mark is always taken away",
    };

    protected override async ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var field = parameters.BinaryPropertyName.Get(context, index);
        if (parameters.Operation is "csv" or "html" or "table" or "xlsx")
        {
            foreach (var row in await RowsAsync(context, index, field)) output.Add(new Item(row) { PairedItems = Positions.Of(index) });
            return;
        }

        var json = parameters.Options.KeepSource is "json" or "both" ? item.Json.Clone() : new JsObject();
        ItemPaths.Set(json, parameters.DestinationKey.Get(context, index), await ContentAsync(context, index, field));
        output.Add(new Item(json) { Binary = parameters.Options.KeepSource is "binary" or "both" ? item.Binary : null, PairedItems = Positions.Of(index) });
    }

    private async ValueTask<IEnumerable<JsObject>> RowsAsync(NodeContext context, int index, string field)
    {
        var options = parameters.Options;
        var kind = parameters.Operation is "table" ? KindOf(Files.Find(context, index, field), index) : parameters.Operation;
        if (kind is "xlsx")
        {
            var content = await context.Services.ReadAsync(Files.Find(context, index, field), context.Cancellation);
            return SheetRows.Of(Workbook.Read(content, options.SheetName.Get(context, index)).Within(options.Range.Get(context, index)), options.HeaderRow, options.IncludeEmptyCells, options.RawData);
        }

        var text = await Files.TextAsync(context, index, field, options.Encoding.Get(context, index));
        if (kind is "html") return SheetRows.Of(HtmlTables.Read(text), options.HeaderRow, options.IncludeEmptyCells, options.RawData);
        var rows = Csv.Read(text, options.Delimiter.Get(context, index), options.HeaderRow, options.IncludeEmptyCells, options.FromLine);
        return options.MaxRowCount >= 0 ? rows.Take(options.MaxRowCount) : rows;
    }

    private static string KindOf(BinaryData file, int index)
    {
        var ending = Path.GetExtension(file.FileName ?? "").ToLowerInvariant();
        if (file.MimeType is "text/csv" || ending is ".csv" or ".txt" or ".tsv") return "csv";
        if (file.MimeType is "text/html" || ending is ".html" or ".htm") return "html";
        if (file.MimeType == MediaTypes.Of(".xlsx") || ending is ".xlsx") return "xlsx";
        throw new NodeException($"the file '{file.FileName}' of the type {file.MimeType} is no CSV file, no workbook (xlsx) and no page: other tables are not supported") { ItemIndex = index, Retryable = false };
    }

    private async ValueTask<JsValue> ContentAsync(NodeContext context, int index, string field)
    {
        if (parameters.Operation is "binaryToPropery") return Convert.ToBase64String((await context.Services.ReadAsync(Files.Find(context, index, field), context.Cancellation)).Span);
        var text = await Files.TextAsync(context, index, field, parameters.Options.Encoding.Get(context, index), parameters.Options.StripBom);
        if (parameters.Operation is "fromIcs") return CalendarReading.Read(text, index);
        if (parameters.Operation is "text" or "xml") return text;
        if (string.IsNullOrWhiteSpace(text)) return new JsObject();
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
