using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;

/// <summary>How many requests each team may send.</summary>
public sealed record TeamBudgetConfig
{
    /// <summary>The header field that names the team.</summary>
    [Length(1, 100)]
    public string Header { get; init; } = "X-Team";

    /// <summary>Requests per team and minute.</summary>
    [Required, Between(1, 1_000_000)]
    public int PerMinute { get; init; }

    /// <summary>The teams there are.</summary>
    [Required]
    public IReadOnlyList<string> Teams { get; init; } = [];
}

/// <summary>Lets known teams in, each within its budget.</summary>
public sealed class TeamBudgetPlugin(TeamBudgetConfig config, PluginSetup setup) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<TeamBudgetPlugin, TeamBudgetConfig>((config, setup) => new(config, setup))
    {
        Name = "team-budget",
        Summary = "Lets known teams in, each within its budget.",
        RunsAfter = "rate-limiting",
    };

    // Made once for all requests: a refusal allocates nothing.
    private static readonly Answer Unknown = new GatewayError(401, "TEAM_UNKNOWN", "say which team you are", Fault.Client).Answer;
    private static readonly Answer Spent = new GatewayError(429, "BUDGET_SPENT", "your team's budget is spent", Fault.Client).Answer;

    // What a stage keeps for a later one of the same request.
    private static readonly PluginSlot<string> Left = new();

    private readonly ConcurrentDictionary<string, (long Minute, int Count)> used = new();

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var team = exchange.Request.Headers[config.Header].ToString();
        if (!config.Teams.Contains(team)) return Verdict.Stop(Unknown);

        var minute = setup.Time.GetUtcNow().ToUnixTimeSeconds() / 60;
        var now = used.AddOrUpdate(team, _ => (minute, 1), (_, before) => before.Minute == minute ? (minute, before.Count + 1) : (minute, 1));
        Left.Set(exchange, Math.Max(0, config.PerMinute - now.Count).ToString(CultureInfo.InvariantCulture));
        return now.Count > config.PerMinute ? Verdict.Stop(Spent) : Verdict.Continue;
    }

    public override void Respond(Exchange exchange)
    {
        if (Left.Get(exchange) is { } left) exchange.Response.Headers["X-Team-Budget-Left"] = left;
    }
}
