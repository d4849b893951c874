namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>Rules, ready for requests.</summary>
internal sealed class RuleSet
{
    /// <summary>The rules of phase 1 (head) and 2 (body), in order.</summary>
    public required Rule[][] Phases { get; init; }

    /// <summary>The lists of transformations that rules name, each once.</summary>
    public required Func<string, string>[][] Transformations { get; init; }

    /// <summary>What was left out, where that is allowed.</summary>
    public required IReadOnlyList<RuleProblem> LeftOut { get; init; }

    /// <summary>How many rules there are, each link of a chain counted.</summary>
    public required int Count { get; init; }

    /// <summary>How many rules keep something beyond a request, which here lasts for the request only.</summary>
    public required int Remembering { get; init; }
}
