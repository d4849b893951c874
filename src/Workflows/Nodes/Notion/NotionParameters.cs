using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Connectors;

namespace Sluice.Workflows.Nodes.Notion;

/// <summary>What is done at Notion.</summary>
[CamelCase]
internal sealed record NotionParameters : ConnectorParameters
{
    /// <summary>The database: its id or address.</summary>
    public Parameter<string> DatabaseId { get; init; } = "";

    /// <summary>The page: its id or address.</summary>
    public Parameter<string> PageId { get; init; } = "";

    /// <summary>The block: its id or address.</summary>
    public Parameter<string> BlockId { get; init; } = "";

    /// <summary>The person.</summary>
    public Parameter<string> UserId { get; init; } = "";

    /// <summary>The title of a new page.</summary>
    public Parameter<string> Title { get; init; } = "";

    /// <summary>What is searched for.</summary>
    public Parameter<string> Text { get; init; } = "";

    /// <summary>Whether pages are given as plain fields, which is so unless said otherwise.</summary>
    public Parameter<bool>? Simple { get; init; }

    /// <summary>The properties of a page: <c>{"propertyValues": [{"key": "Status|select", "selectValue": "Done"}]}</c>.</summary>
    public Parameter<JsValue>? PropertiesUi { get; init; }

    /// <summary>The properties as the API has them, in place of or besides those.</summary>
    public Parameter<JsValue>? Properties { get; init; }

    /// <summary>What stands on the page: <c>{"blockValues": [{"type": "paragraph", "textContent": "..."}]}</c>.</summary>
    public Parameter<JsValue>? BlockUi { get; init; }

    /// <summary>How the wanted pages are said.</summary>
    [OneOf("none", "manual", "json")]
    public string FilterType { get; init; } = "none";

    /// <summary>Whether a page has to fit all conditions or one.</summary>
    [OneOf("anyFilter", "allFilters")]
    public string MatchType { get; init; } = "anyFilter";

    /// <summary>The conditions: <c>{"conditions": [{"key": "Status|select", "condition": "equals", "selectValue": "Done"}]}</c>.</summary>
    public Parameter<JsValue>? Filters { get; init; }

    /// <summary>The filter as the API has it.</summary>
    public Parameter<JsValue>? FilterJson { get; init; }

    /// <summary>More about it: <c>icon</c>, <c>sort</c>.</summary>
    public Parameter<JsValue>? Options { get; init; }
}
