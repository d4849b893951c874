using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Connectors;

/// <summary>Which columns get which values.</summary>
[CamelCase]
internal sealed record MappedColumns
{
    /// <summary>By name, or every field of the item as a column of its name.</summary>
    [OneOf("defineBelow", "autoMapInputData")]
    public string MappingMode { get; init; } = "defineBelow";

    /// <summary>The columns with their values.</summary>
    public Parameter<JsValue>? Value { get; init; }

    /// <summary>The columns that say which record it is.</summary>
    public IReadOnlyList<string> MatchingColumns { get; init; } = [];

    /// <summary>For editors.</summary>
    public Parameter<JsValue>? Schema { get; init; }

    /// <summary>For editors.</summary>
    public bool AttemptToConvertTypes { get; init; }

    /// <summary>For editors.</summary>
    public bool ConvertFieldsToString { get; init; }

    /// <summary>For editors.</summary>
    public bool IgnoreTypeMismatchErrors { get; init; }

    /// <summary>The columns of an item.</summary>
    public JsObject Of(ApiRequest call) => MappingMode is "autoMapInputData" ? call.ItemJson : call.Object(Value);
}
