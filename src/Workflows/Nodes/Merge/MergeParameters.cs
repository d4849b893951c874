using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>How the items of several inputs become those of one output.</summary>
[CamelCase]
internal sealed record MergeParameters
{
    /// <summary>One after the other, joined, or only those of one input.</summary>
    [OneOf("append", "combine", "chooseBranch", "combineBySql")]
    public string Mode { get; init; } = "append";

    /// <summary>Joined by fields that match, by position, or each with each.</summary>
    [OneOf("combineByFields", "combineByPosition", "combineAll")]
    public string CombineBy { get; init; } = "combineByFields";

    /// <summary>How many inputs there are.</summary>
    [Between(2, 10)]
    public int NumberInputs { get; init; } = 2;

    /// <summary>Whether the fields to match have different names in the two inputs.</summary>
    public bool Advanced { get; init; }

    /// <summary>The fields to match, separated by commas.</summary>
    public Parameter<string> FieldsToMatchString { get; init; } = "";

    /// <summary>The fields to match, by their names in each input.</summary>
    public MergeFieldPairs MergeByFields { get; init; } = new();

    /// <summary>Which items are given: those that match, those that do not, all, or all of one input.</summary>
    [OneOf("keepMatches", "keepNonMatches", "keepEverything", "enrichInput1", "enrichInput2")]
    public string JoinMode { get; init; } = "keepMatches";

    /// <summary>From which input the items are.</summary>
    [OneOf("both", "input1", "input2")]
    public string OutputDataFrom { get; init; } = "both";

    /// <summary>How a branch is chosen: when all have come.</summary>
    [OneOf("waitForAll", "waitForBoth")]
    public string ChooseBranchMode { get; init; } = "waitForAll";

    /// <summary>What the chosen branch gives: the items of an input, or one empty item.</summary>
    [OneOf("specifiedInput", "empty", "input1", "input2")]
    public string Output { get; init; } = "specifiedInput";

    /// <summary>The number of that input, from 1.</summary>
    public Parameter<double> UseDataOfInput { get; init; } = 1;

    /// <summary>The query over the tables <c>input1</c>, <c>input2</c> and so on.</summary>
    public Parameter<string> Query { get; init; } = "SELECT * FROM input1 LEFT JOIN input2 ON input1.name = input2.id";

    /// <summary>How fields are compared and joined.</summary>
    public MergeOptions Options { get; init; } = new();

    /// <summary>What n8n's first merge node does by one field of each input or by position; null for every other.</summary>
    public FirstMergeParameters? First { get; init; }
}

/// <summary>What n8n's first merge node says of how it joins.</summary>
[CamelCase]
internal sealed record FirstMergeParameters
{
    /// <summary>By a field of each input (the first three), or by position.</summary>
    [OneOf("mergeByKey", "keepKeyMatches", "removeKeyMatches", "mergeByIndex")]
    public string Mode { get; init; } = "mergeByKey";

    /// <summary>The field of the first input.</summary>
    public Parameter<string> PropertyName1 { get; init; } = "";

    /// <summary>The field of the second input.</summary>
    public Parameter<string> PropertyName2 { get; init; } = "";

    /// <summary>Which fields the second input's replace: all, blank ones, or none.</summary>
    [OneOf("always", "blank", "undefined")]
    public string Overwrite { get; init; } = "always";

    /// <summary>Which positions are given: those that both have, those of the first, or all.</summary>
    [OneOf("inner", "left", "outer")]
    public string Join { get; init; } = "left";
}

/// <summary>Pairs of fields.</summary>
[CamelCase]
internal sealed record MergeFieldPairs
{
    /// <summary>The pairs.</summary>
    public IReadOnlyList<MergeFieldPair> Values { get; init; } = [];
}

/// <summary>A field of each input.</summary>
[CamelCase]
internal sealed record MergeFieldPair
{
    /// <summary>The field of the first input.</summary>
    public Parameter<string> Field1 { get; init; } = "";

    /// <summary>The field of the second input.</summary>
    public Parameter<string> Field2 { get; init; } = "";
}

/// <summary>How fields are compared and joined.</summary>
[CamelCase]
internal sealed record MergeOptions
{
    /// <summary>What happens to fields that both items have.</summary>
    public ClashHandling ClashHandling { get; init; } = new();

    /// <summary>Whether 3 and "3" match.</summary>
    public bool FuzzyCompare { get; init; }

    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>Whether an item is joined with all that match, or with the first.</summary>
    [OneOf("all", "first")]
    public string MultipleMatches { get; init; } = "all";

    /// <summary>With a query that finds nothing: one item that says <c>success</c>, or none.</summary>
    [OneOf("success", "empty")]
    public string EmptyQueryResult { get; init; } = "empty";

    /// <summary>Whether items without a partner are given, too.</summary>
    public Parameter<bool> IncludeUnpaired { get; init; } = false;
}

/// <summary>What happens to fields that both items have.</summary>
[CamelCase]
internal sealed record ClashHandling
{
    /// <summary>The choice.</summary>
    public ClashValues Values { get; init; } = new();
}

/// <summary>What happens to fields that both items have.</summary>
[CamelCase]
internal sealed record ClashValues
{
    /// <summary><c>preferInput1</c>, <c>preferInput2</c> ..., <c>preferLast</c> or <c>addSuffix</c>.</summary>
    [AllowEmpty]
    public string ResolveClash { get; init; } = "";

    /// <summary>Whether objects within objects are joined or replaced.</summary>
    [OneOf("deepMerge", "shallowMerge")]
    public string MergeMode { get; init; } = "deepMerge";

    /// <summary>Whether empty values never replace others.</summary>
    public bool OverrideEmpty { get; init; }
}
