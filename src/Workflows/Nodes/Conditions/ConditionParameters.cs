using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Conditions;

/// <summary>Conditions and how they are joined.</summary>
[CamelCase]
internal sealed record ConditionsParameter
{
    /// <summary>How values are compared.</summary>
    public ConditionOptions Options { get; init; } = new();

    /// <summary>The conditions.</summary>
    public IReadOnlyList<ConditionParameter> Conditions { get; init; } = [];

    /// <summary>Whether all (<c>and</c>) or any (<c>or</c>) must hold.</summary>
    [OneOf("and", "or")]
    public string Combinator { get; init; } = "and";
}

/// <summary>How values are compared.</summary>
[CamelCase]
internal sealed record ConditionOptions
{
    /// <summary>Whether upper and lower case differ.</summary>
    public bool CaseSensitive { get; init; } = true;

    /// <summary>What an editor shows on the left; nothing here reads it.</summary>
    [AllowEmpty]
    public string LeftValue { get; init; } = "";

    /// <summary>Whether values of the wrong type fail (<c>strict</c>) or are converted (<c>loose</c>).</summary>
    public Parameter<string> TypeValidation { get; init; } = "strict";

    /// <summary>The version of n8n's rules: with 1 and 2 blank text counts as 0, with 1 any text as true, and 0 is for its first nodes, which convert nothing.</summary>
    public Parameter<double> Version { get; init; } = ConditionSet.LatestVersion;
}

/// <summary>One condition.</summary>
[CamelCase]
internal sealed record ConditionParameter
{
    /// <summary>The editor's id of it.</summary>
    [AllowEmpty]
    public string Id { get; init; } = "";

    /// <summary>The left side.</summary>
    public Parameter<JsValue> LeftValue { get; init; } = new(default);

    /// <summary>The right side.</summary>
    public Parameter<JsValue> RightValue { get; init; } = new(default);

    /// <summary>How they are compared.</summary>
    [Required]
    public ConditionOperator Operator { get; init; } = new();
}

/// <summary>How two values are compared.</summary>
[CamelCase]
internal sealed record ConditionOperator
{
    /// <summary>The type that both are taken as.</summary>
    [Required]
    [OneOf("string", "number", "boolean", "array", "object", "dateTime", "any")]
    public string Type { get; init; } = "string";

    /// <summary>The comparison: <c>equals</c>, <c>contains</c>, <c>gt</c>, <c>exists</c> ...</summary>
    [Required]
    public string Operation { get; init; } = "equals";

    /// <summary>The type of the right side where it is another.</summary>
    public string? RightType { get; init; }

    /// <summary>Whether there is no right side.</summary>
    public bool SingleValue { get; init; }

    /// <summary>The editor's name of it.</summary>
    [AllowEmpty]
    public string Name { get; init; } = "";
}
