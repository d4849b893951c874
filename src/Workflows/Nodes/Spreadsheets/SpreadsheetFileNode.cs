using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Spreadsheets;

/// <summary>Whether a table is read or written, and in which form.</summary>
[CamelCase]
internal sealed record SpreadsheetFileParameters
{
    /// <summary>Whether the table is read or written.</summary>
    [OneOf("fromFile", "toFile")]
    public string Operation { get; init; } = "fromFile";

    /// <summary>The form: <c>csv</c>, <c>html</c> or <c>xlsx</c>; <c>autodetect</c> when reading.</summary>
    [AllowEmpty]
    public string FileFormat { get; init; } = "";

    /// <summary>The field of the file.</summary>
    public Parameter<string> BinaryPropertyName { get; init; } = "data";

    /// <summary>What <c>extract-from-file</c> and <c>convert-to-file</c> take as options.</summary>
    public MapNode? Options { get; init; }
}

/// <summary>Reads and writes tables: the older form of <c>extract-from-file</c> and <c>convert-to-file</c>, which stand for it.</summary>
internal static class SpreadsheetFile
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NoOp.NoOpNode, SpreadsheetFileParameters>((_, _) => new())
    {
        Type = "spreadsheet-file",
        Summary = "Reads and writes tables: the older form of extract-from-file and convert-to-file.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.spreadsheetFile", 1, 2)],
        Difference = "the cells of CSV files are texts; rows with fewer or more cells are no errors; numbers keep all their digits; workbooks have no styles",
        Redirect = static old =>
        {
            var format = old.Text("fileFormat");
            if (old.Text("operation") is not "toFile")
                return ("extract-from-file", old.With(["fileFormat"], DocumentData.Entry("operation", DocumentData.Text(old.Place, format is null or "" or "autodetect" ? "table" : format))));
            var options = old["options"] as MapNode ?? DocumentData.Map(old.Place);
            if (options["fileName"] is null) options = options.With([], DocumentData.Entry("fileName", DocumentData.Text(old.Place, $"spreadsheet.{format ?? "xls"}")));
            return ("convert-to-file", old.With(["fileFormat"], DocumentData.Entry("operation", DocumentData.Text(old.Place, format ?? "xls")), DocumentData.Entry("options", options)));
        },
    };
}
