using System.Runtime.CompilerServices;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Waf.Rules;

namespace Sluice.Gateway.Plugins.Waf;

/// <summary>Rules in ModSecurity's language judge requests.</summary>
internal sealed record WafConfig : IChecked
{
    private const int MaxProblems = 50;

    private static readonly ConditionalWeakTable<WafConfig, RuleSet> Read = [];

    /// <summary>Whether requests that rules refuse are refused (<c>block</c>), or pass and are counted and logged (<c>count</c>).</summary>
    [OneOf("block", "count")]
    public string Mode { get; init; } = "block";

    /// <summary>Files with rules, in order; <c>*</c> in a file's name stands for any text.</summary>
    [Length(0, 1000)]
    public IReadOnlyList<string> RuleFiles { get; init; } = [];

    /// <summary>Rules written here, after those of the files.</summary>
    [Length(1, 1048576)]
    public string? Rules { get; init; }

    /// <summary>What becomes of rules that use what is not supported: <c>refuse</c> the configuration, or <c>skip</c> them, which the log tells.</summary>
    [OneOf("refuse", "skip")]
    public string Unsupported { get; init; } = "refuse";

    /// <summary>The OWASP rule set's paranoia level; what the files say when absent.</summary>
    [Between(1, 4)]
    public int? ParanoiaLevel { get; init; }

    /// <summary>From which score on the OWASP rule set refuses; what the files say when absent.</summary>
    [Between(1, 100000)]
    public int? InboundAnomalyThreshold { get; init; }

    /// <summary>Further variables of <c>TX</c> that are set before the rules run.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Bytes of the largest body that is looked at.</summary>
    [Between(1, 67108864)]
    public int MaxBody { get; init; } = 131072;

    /// <summary>What becomes of requests with a larger one: <c>refuse</c> with 413, or <c>skip</c> the body.</summary>
    [OneOf("refuse", "skip")]
    public string BodyOverLimit { get; init; } = "refuse";

    /// <summary>How many arguments are looked at; requests with more are refused.</summary>
    [Between(1, 100000)]
    public int MaxArguments { get; init; } = 1000;

    /// <summary>Milliseconds that the rules may take for a request.</summary>
    [Between(1, 60000)]
    public int Timeout { get; init; } = 2000;

    /// <summary>What becomes of requests for which that is not enough.</summary>
    [OneOf("refuse", "pass")]
    public string OnTimeout { get; init; } = "refuse";

    /// <summary>The status of refusals, where the rule names none.</summary>
    [Between(400, 599)]
    public int StatusCode { get; init; } = 403;

    /// <summary>The message of refusals. It does not say which rule it was.</summary>
    [Length(1, 1000)]
    public string Message { get; init; } = "Forbidden";

    public void Check(Action<string, string> report)
    {
        if (RuleFiles.Count == 0 && Rules is null)
        {
            report("", "at least one of these fields must be non-empty: rule_files, rules");
            return;
        }

        var builder = Build();
        var wrong = builder.Problems.Where(p => !p.IsUnsupported || Unsupported is "refuse").ToList();
        foreach (var problem in wrong.Take(MaxProblems)) report(RuleFiles.Count > 0 ? "rule_files" : "rules", $"{problem.Place}: {problem.Message}");
        if (wrong.Count > MaxProblems) report("rule_files", $"and {wrong.Count - MaxProblems} more");
        if (wrong.Count == 0) Read.AddOrUpdate(this, builder.Build());
    }

    /// <summary>The rules; read again only where this very configuration was not checked.</summary>
    internal RuleSet RuleSet() => Read.GetValue(this, static config => config.Build().Build());

    private RuleSetBuilder Build()
    {
        var builder = new RuleSetBuilder();
        foreach (var file in RuleFiles) builder.AddFiles(file);
        if (Rules is not null) builder.AddText("rules", Rules, folder: null);
        return builder;
    }
}
