using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Airtable;

/// <summary>What is done at Airtable.</summary>
[CamelCase]
internal sealed record AirtableParameters : ConnectorParameters
{
    /// <summary>The base: its id (<c>app...</c>) or the address that a browser shows.</summary>
    public Parameter<string> Base { get; init; } = "";

    /// <summary>The table: its id (<c>tbl...</c>) or name.</summary>
    public Parameter<string> Table { get; init; } = "";

    /// <summary>The record.</summary>
    public Parameter<string> Id { get; init; } = "";

    /// <summary>The fields of a record.</summary>
    public MappedColumns Columns { get; init; } = new();

    /// <summary>A formula that is true for the wanted records.</summary>
    public Parameter<string> FilterByFormula { get; init; } = "";

    /// <summary>What comes first.</summary>
    public AirtableOrder Sort { get; init; } = new();

    /// <summary>More about it: <c>typecast</c>, <c>fields</c>, <c>view</c>.</summary>
    public Parameter<JsValue>? Options { get; init; }
}

/// <summary>What comes first.</summary>
[CamelCase]
internal sealed record AirtableOrder
{
    /// <summary>The fields, the most important first.</summary>
    public IReadOnlyList<AirtableSort> Property { get; init; } = [];
}

/// <summary>A field that orders records.</summary>
[CamelCase]
internal sealed record AirtableSort
{
    /// <summary>The field.</summary>
    public Parameter<string> Field { get; init; } = "";

    /// <summary>Whether small or large values come first.</summary>
    [OneOf("asc", "desc")]
    public string Direction { get; init; } = "asc";
}
