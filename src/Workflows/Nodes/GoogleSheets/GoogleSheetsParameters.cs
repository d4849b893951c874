using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.GoogleSheets;

/// <summary>What is done at Google Sheets.</summary>
[CamelCase]
internal sealed record GoogleSheetsParameters : ConnectorParameters
{
    /// <summary>The spreadsheet: its id or the address that a browser shows.</summary>
    [Alias("sheetId")]
    public Parameter<string> DocumentId { get; init; } = "";

    /// <summary>The sheet within it: its name, or its number as in <c>gid=0</c>.</summary>
    public Parameter<string> SheetName { get; init; } = "";

    /// <summary>The columns that are written.</summary>
    public MappedColumns Columns { get; init; } = new();

    /// <summary>The same as <c>columns.mappingMode</c>, in version 3.</summary>
    [OneOf("autoMapInputData", "defineBelow", "nothing")]
    public string? DataMode { get; init; }

    /// <summary>The columns with their values, in version 3.</summary>
    public Parameter<JsValue>? FieldsUi { get; init; }

    /// <summary>The column that says which row it is, in version 3.</summary>
    public Parameter<string> ColumnToMatchOn { get; init; } = "";

    /// <summary>Its value, in version 3.</summary>
    public Parameter<string> ValueToMatchOn { get; init; } = "";

    /// <summary>Which rows are read: <c>{"values": [{"lookupColumn": "id", "lookupValue": "7"}]}</c>.</summary>
    [Field("filtersUI")]
    public Parameter<JsValue>? FiltersUi { get; init; }

    /// <summary>Whether a row has to fit all of these or one.</summary>
    [OneOf("AND", "OR")]
    public string CombineFilters { get; init; } = "AND";

    /// <summary>What is emptied.</summary>
    [OneOf("wholeSheet", "specificRange")]
    public string Clear { get; init; } = "wholeSheet";

    /// <summary>Whether the first row stays.</summary>
    public bool KeepFirstRow { get; init; }

    /// <summary>The cells that are emptied.</summary>
    public Parameter<string> Range { get; init; } = "A:Z";

    /// <summary>The name of a new spreadsheet.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>The sheets of a new spreadsheet: <c>{"sheetValues": [{"title": "2026"}]}</c>.</summary>
    public Parameter<JsValue>? SheetsUi { get; init; }

    /// <summary>More about it.</summary>
    public GoogleSheetsOptions Options { get; init; } = new();
}

/// <summary>More about reading and writing.</summary>
[CamelCase]
internal sealed record GoogleSheetsOptions
{
    /// <summary>Whether written values are taken as if somebody typed them (numbers, dates, formulas) or as they are.</summary>
    [OneOf("USER_ENTERED", "RAW")]
    public string CellFormat { get; init; } = "USER_ENTERED";

    /// <summary>Where the data is.</summary>
    public GoogleSheetsLocation LocationDefine { get; init; } = new();

    /// <summary>The same, as reading calls it.</summary>
    public GoogleSheetsLocation? DataLocationOnSheet { get; init; }

    /// <summary>What happens to fields that have no column yet.</summary>
    [OneOf("insertInNewColumn", "ignoreIt", "error")]
    public string HandlingExtraData { get; init; } = "insertInNewColumn";

    /// <summary>Whether only the first fitting row is given.</summary>
    public bool ReturnFirstMatch { get; init; }

    /// <summary>How cells are read.</summary>
    public GoogleSheetsFormatting OutputFormatting { get; init; } = new();

    /// <summary>For n8n.</summary>
    [NoEffect("rows are always appended in one request")]
    public bool UseAppend { get; init; }
}

/// <summary>How cells are read.</summary>
[CamelCase]
internal sealed record GoogleSheetsFormatting
{
    /// <summary>The choice.</summary>
    public GoogleSheetsFormats Values { get; init; } = new();
}

/// <summary>How cells are read.</summary>
[CamelCase]
internal sealed record GoogleSheetsFormats
{
    /// <summary>Values, what is shown, or formulas.</summary>
    [OneOf("UNFORMATTED_VALUE", "FORMATTED_VALUE", "FORMULA")]
    public string General { get; init; } = "UNFORMATTED_VALUE";

    /// <summary>Dates as what is shown, or as numbers.</summary>
    [OneOf("FORMATTED_STRING", "SERIAL_NUMBER")]
    public string Date { get; init; } = "FORMATTED_STRING";
}

/// <summary>Where the data is.</summary>
[CamelCase]
internal sealed record GoogleSheetsLocation
{
    /// <summary>The choice.</summary>
    public GoogleSheetsRows Values { get; init; } = new();
}

/// <summary>Where the data is.</summary>
[CamelCase]
internal sealed record GoogleSheetsRows
{
    /// <summary>How it is said.</summary>
    [OneOf("detectAutomatically", "specifyRangeA1", "specifyRange")]
    public string RangeDefinition { get; init; } = "detectAutomatically";

    /// <summary>The row with the names of the columns.</summary>
    [Between(1, 10_000_000)]
    public int HeaderRow { get; init; } = 1;

    /// <summary>The first row with data.</summary>
    [Between(1, 10_000_000)]
    public int FirstDataRow { get; init; } = 2;

    /// <summary>The cells that are read: <c>A1:F</c>.</summary>
    public Parameter<string> Range { get; init; } = "";
}
