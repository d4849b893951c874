using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authorization;

namespace Sluice.Gateway.Plugins.Rbac;

/// <summary>Lets callers do what rules allow them.</summary>
internal sealed partial class RbacPlugin : Plugin
{
    private static readonly GatewayError Unauthorized = new(401, "CONSUMER_UNKNOWN", "Unauthorized", Fault.Client);

    private readonly RbacConfig config;
    private readonly CompiledRule[] rules;
    private readonly bool firstMatch;
    private readonly Answer refusal;
    private readonly DecisionCount allowed;
    private readonly DecisionCount denied;
    private readonly ILogger log;

    public RbacPlugin(RbacConfig config, PluginSetup setup)
    {
        this.config = config;
        rules = [.. config.Rules.Select((rule, i) => new CompiledRule(rule, i))];
        firstMatch = config.Precedence is "first_match";
        refusal = new GatewayError(config.StatusCode, "NOT_ALLOWED", config.Message, Fault.Client).Answer;
        var decisions = GuardDecisions.For(setup);
        allowed = decisions.Of("rbac", "allowed");
        denied = decisions.Of("rbac", config.DryRun ? "would_deny" : "denied");
        log = setup.Log;
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<RbacPlugin, RbacConfig>((c, s) => new RbacPlugin(c, s))
    {
        Name = "rbac",
        Summary = "Lets callers do what rules allow them, by consumer, group and claims.",
    };

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var (isAllowed, reason) = Decide(exchange);
        if (isAllowed)
        {
            allowed.Add();
            return Verdict.Continue;
        }

        denied.Add();
        if (config.DryRun)
        {
            LogWouldDeny(log, exchange.RequestId, exchange.Request.Method, exchange.Path, reason);
            return Verdict.Continue;
        }

        return Verdict.Stop(exchange.Credential is null ? Unauthorized.Answer : refusal);
    }

    private (bool IsAllowed, string Reason) Decide(Exchange exchange)
    {
        if (!config.AllowEncodedSlashes && PathPattern.IsAmbiguous(exchange.Path)) return (false, "the path is ambiguous");
        CompiledRule? allowing = null;
        foreach (var rule in rules)
        {
            if ((allowing is not null && !rule.Denies) || !rule.Matches(exchange)) continue;
            if (firstMatch || rule.Denies) return (!rule.Denies, rule.Name);
            allowing = rule;
        }

        return (allowing is not null || config.Default is "allow", "default");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "rbac (dry run): request {RequestId} {Method} {Path} would be refused by {Rule}")]
    private static partial void LogWouldDeny(ILogger log, string requestId, string method, string path, string rule);
}
