using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Conditions;

namespace Sluice.Workflows.Nodes.Switch;

/// <summary>Which items leave by which output.</summary>
[CamelCase]
internal sealed record SwitchParameters
{
    /// <summary>Whether rules decide, or an expression that gives the output's number.</summary>
    [OneOf("rules", "expression")]
    public string Mode { get; init; } = "rules";

    /// <summary>The rules, one for each output.</summary>
    public SwitchRules Rules { get; init; } = new();

    /// <summary>How many outputs there are, with an expression.</summary>
    [Between(1, 100)]
    public int NumberOutputs { get; init; } = 4;

    /// <summary>The number of the output, from 0, with an expression.</summary>
    public Parameter<JsValue> Output { get; init; } = new(default);

    /// <summary>Whether values of the wrong type are converted.</summary>
    public bool LooseTypeValidation { get; init; }

    /// <summary>How rules are applied.</summary>
    public SwitchOptions Options { get; init; } = new();
}

/// <summary>The rules of a switch.</summary>
[CamelCase]
internal sealed record SwitchRules
{
    /// <summary>The rules, one for each output.</summary>
    [Length(0, 100)]
    public IReadOnlyList<SwitchRule> Values { get; init; } = [];
}

/// <summary>One rule of a switch.</summary>
[CamelCase]
internal sealed record SwitchRule
{
    /// <summary>What must hold.</summary>
    public ConditionsParameter Conditions { get; init; } = new();

    /// <summary>Whether the output has a name.</summary>
    public bool RenameOutput { get; init; }

    /// <summary>The output's name.</summary>
    [AllowEmpty]
    public string OutputKey { get; init; } = "";

    /// <summary>The output, where it is not the rule's own place in the list.</summary>
    [Between(0, 99)]
    public int? Output { get; init; }
}

/// <summary>How rules are applied.</summary>
[CamelCase]
internal sealed record SwitchOptions
{
    /// <summary>Where items go for which no rule holds: nowhere (<c>none</c>), an output of their own (<c>extra</c>), or an output's number.</summary>
    public System.Text.Json.Nodes.JsonNode? FallbackOutput { get; init; }

    /// <summary>The name of that output.</summary>
    [AllowEmpty]
    public string RenameFallbackOutput { get; init; } = "";

    /// <summary>Whether upper and lower case are the same; the conditions' own option when absent.</summary>
    public bool? IgnoreCase { get; init; }

    /// <summary>Whether values of the wrong type are converted.</summary>
    public bool LooseTypeValidation { get; init; }

    /// <summary>Whether an item leaves by the output of every rule that holds, and not only by that of the first.</summary>
    public bool AllMatchingOutputs { get; init; }
}
