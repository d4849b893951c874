using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Summarize;

/// <summary>What is counted, added up or collected, and for which groups.</summary>
[CamelCase]
internal sealed record SummarizeParameters
{
    /// <summary>The fields, and what is made of them.</summary>
    [Required]
    public FieldsToSummarize FieldsToSummarize { get; init; } = new();

    /// <summary>The fields whose values make groups, separated by commas; all items are one group when empty.</summary>
    public Parameter<string> FieldsToSplitBy { get; init; } = "";

    /// <summary>More about groups.</summary>
    public SummarizeOptions Options { get; init; } = new();
}

/// <summary>The fields, and what is made of them.</summary>
[CamelCase]
internal sealed record FieldsToSummarize
{
    /// <summary>The fields, and what is made of them.</summary>
    [Length(1)]
    public IReadOnlyList<FieldToSummarize> Values { get; init; } = [];
}

/// <summary>A field, and what is made of it.</summary>
[CamelCase]
internal sealed record FieldToSummarize
{
    /// <summary>What is made of its values.</summary>
    [OneOf("append", "average", "concatenate", "count", "countUnique", "max", "min", "sum")]
    public string Aggregation { get; init; } = "count";

    /// <summary>The field.</summary>
    public Parameter<string> Field { get; init; } = "";

    /// <summary>Whether empty values count.</summary>
    public bool IncludeEmpty { get; init; }

    /// <summary>What stands between values that are joined; <c>other</c> for an own one.</summary>
    [AllowEmpty]
    public string SeparateBy { get; init; } = ",";

    /// <summary>An own one.</summary>
    [AllowEmpty]
    public string CustomSeparator { get; init; } = "";
}

/// <summary>More about groups.</summary>
[CamelCase]
internal sealed record SummarizeOptions
{
    /// <summary>Whether it is no failure when no item has a field; it is none unless n8n's first version says so.</summary>
    public bool? ContinueIfFieldNotFound { get; init; }

    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>An item for each group, or one for all.</summary>
    [OneOf("separateItems", "singleItem")]
    public string OutputFormat { get; init; } = "separateItems";

    /// <summary>Whether items without a group are left out.</summary>
    public bool SkipEmptySplitFields { get; init; }
}
