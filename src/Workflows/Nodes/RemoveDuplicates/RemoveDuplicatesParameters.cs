using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RemoveDuplicates;

/// <summary>What makes two items the same.</summary>
[CamelCase]
internal sealed record RemoveDuplicatesParameters
{
    /// <summary>Duplicates among the items that come in, items that earlier runs have seen, or none: what was seen is forgotten.</summary>
    [OneOf("removeDuplicateInputItems", "removeItemsSeenInPreviousExecutions", "clearDeduplicationHistory")]
    public string Operation { get; init; } = "removeDuplicateInputItems";

    /// <summary>All fields, all but some, or only some.</summary>
    [OneOf("allFields", "allFieldsExcept", "selectedFields")]
    public string Compare { get; init; } = "allFields";

    /// <summary>All but those, separated by commas.</summary>
    public Parameter<string> FieldsToExclude { get; init; } = "";

    /// <summary>Those, separated by commas.</summary>
    public Parameter<string> FieldsToCompare { get; init; } = "";

    /// <summary>Which items are taken for seen: those with a value that was there before, with a number that is not higher, or with a date that is not later than all before.</summary>
    [OneOf("removeItemsWithAlreadySeenKeyValues", "removeItemsUpToStoredIncrementalKey", "removeItemsUpToStoredDate")]
    public string Logic { get; init; } = "removeItemsWithAlreadySeenKeyValues";

    /// <summary>The value that is there before or not.</summary>
    public Parameter<JsValue> DedupeValue { get; init; } = new("");

    /// <summary>The number that is higher or not.</summary>
    public Parameter<JsValue> IncrementalDedupeValue { get; init; } = new("");

    /// <summary>The date that is later or not.</summary>
    public Parameter<JsValue> DateDedupeValue { get; init; } = new("");

    /// <summary>What is forgotten: all of it.</summary>
    [OneOf("cleanDatabase")]
    public string Mode { get; init; } = "cleanDatabase";

    /// <summary>More about fields and what is remembered.</summary>
    public RemoveDuplicatesOptions Options { get; init; } = new();
}

/// <summary>More about fields and what is remembered.</summary>
[CamelCase]
internal sealed record RemoveDuplicatesOptions
{
    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>Whether items keep only the fields that were compared.</summary>
    public bool RemoveOtherFields { get; init; }

    /// <summary>Whether the node remembers for itself, or with all others of its workflow.</summary>
    [OneOf("node", "workflow")]
    public string Scope { get; init; } = "node";

    /// <summary>How many values are remembered at most; items beyond that fail the node.</summary>
    [Between(1, 1_000_000)]
    public int HistorySize { get; init; } = 10_000;
}
