using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.BotDetection;

/// <summary>Refuses robots by their <c>User-Agent</c>.</summary>
internal sealed class BotDetectionPlugin(BotDetectionConfig config) : Plugin
{
    private readonly UserAgentPattern[] allowed = Compile(config.Allow);
    private readonly UserAgentPattern[] denied = [.. Compile(config.Deny), .. KnownRobots.Patterns];

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<BotDetectionPlugin, BotDetectionConfig>((c, _) => new BotDetectionPlugin(c))
    {
        Name = "bot-detection",
        Summary = "Refuses clients that say they are robots.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var agents = exchange.Request.Headers.UserAgent;
        if (agents.Count == 0) return Verdict.Continue;
        if (agents.Count > 1) return Verdict.Stop(BotDetectionErrors.SeveralAgents.Answer);
        var agent = (agents[0] ?? "").Trim();
        return !IsAny(allowed, agent) && IsAny(denied, agent) ? Verdict.Stop(BotDetectionErrors.Robot.Answer) : Verdict.Continue;
    }

    private static bool IsAny(UserAgentPattern[] patterns, string agent)
    {
        foreach (var pattern in patterns)
            if (pattern.IsIn(agent))
                return true;
        return false;
    }

    private static UserAgentPattern[] Compile(IReadOnlyList<string> patterns) => [.. patterns.Select(p => UserAgentPattern.TryCompile(p, out _)!)];
}
