using Sluice.Gateway.Plugins.Waf.Operators;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>What a rule does with the request when it matches.</summary>
internal enum Disruption { None, Pass, Deny, Allow, AllowPhase }

/// <summary>A rule, or a marker between rules, ready for requests.</summary>
internal sealed class Rule
{
    public required string Place { get; init; }

    /// <summary>0 for those links of a chain that have none.</summary>
    public long Id { get; init; }

    public int Phase { get; set; }

    /// <summary>The name of a marker; null for a rule.</summary>
    public string? Marker { get; init; }

    /// <summary>Empty for an action that always runs.</summary>
    public List<VariableSelector> Variables { get; init; } = [];

    public WafOperator? Operator { get; init; }

    public bool Negated { get; init; }

    /// <summary>Which of <see cref="RuleSet.Transformations"/> values pass.</summary>
    public int Transformations { get; init; }

    public bool MultiMatch { get; init; }

    public bool Captures { get; init; }

    public Disruption Disruption { get; set; }

    public int? Status { get; init; }

    public int Skip { get; init; }

    public string? SkipAfter { get; init; }

    public List<SetVariable> Sets { get; init; } = [];

    public List<Control> Controls { get; init; } = [];

    public Macro? Message { get; init; }

    public Macro? Data { get; init; }

    public string Severity { get; init; } = "";

    public List<string> Tags { get; init; } = [];

    public bool Logs { get; init; } = true;

    /// <summary>The rule that must match, too; null at the end of a chain.</summary>
    public Rule? Next { get; set; }
}

/// <summary><c>setvar</c>.</summary>
/// <param name="Collection"><c>TX</c>, or one of those that last beyond a request elsewhere.</param>
/// <param name="Name">Without the collection.</param>
/// <param name="Value">Null to take the variable out.</param>
/// <param name="Sign">1 or -1 where the value is added or taken off; 0 where it is set.</param>
internal sealed record SetVariable(string Collection, Macro Name, Macro? Value, int Sign);

/// <summary><c>ctl</c>.</summary>
/// <param name="Kind">In lower case.</param>
/// <param name="First">Of a range of ids.</param>
/// <param name="Last">Of a range of ids.</param>
/// <param name="Text">A tag or a value.</param>
/// <param name="Targets">Which values are not looked at.</param>
internal sealed record Control(string Kind, long First, long Last, string Text, List<VariableSelector> Targets);
