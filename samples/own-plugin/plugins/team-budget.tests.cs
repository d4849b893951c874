using Sluice.Testing;

/// <summary>Run by: sluice plugin test samples/own-plugin/plugins/team-budget.cs</summary>
public sealed class TeamBudgetTests
{
    private const string Two = "{ per_minute: 2, teams: [blue, green] }";

    public async Task A_known_team_gets_through_and_is_told_what_is_left()
    {
        await using var test = new PluginTest(TeamBudgetPlugin.Descriptor, Two);
        var result = await test.SendAsync("GET", "/orders?page=2", [("X-Team", "blue")]);
        Check.Equal(200, result.Status);
        Check.Equal("1", result.Header("X-Team-Budget-Left"));
        Check.Equal("/orders?page=2", result.Upstream[0].Target);
    }

    public async Task Nobody_else_does()
    {
        await using var test = new PluginTest(TeamBudgetPlugin.Descriptor, Two);
        var result = await test.SendAsync("GET", "/orders");
        Check.Equal(401, result.Status);
        Check.Equal(0, result.Upstream.Count);
    }

    public async Task A_budget_is_one_team_s_own_and_new_each_minute()
    {
        await using var test = new PluginTest(TeamBudgetPlugin.Descriptor, Two);
        for (var i = 0; i < 2; i++) await test.SendAsync("GET", "/", [("X-Team", "blue")]);
        Check.Equal(429, (await test.SendAsync("GET", "/", [("X-Team", "blue")])).Status);
        Check.Equal(200, (await test.SendAsync("GET", "/", [("X-Team", "green")])).Status);

        test.Time.Advance(TimeSpan.FromMinutes(1));
        Check.Equal(200, (await test.SendAsync("GET", "/", [("X-Team", "blue")])).Status);
    }

    public async Task It_runs_behind_the_plugins_that_come_with_the_program()
    {
        await using var test = new PluginTest(TeamBudgetPlugin.Descriptor, Two).Use(Sluice.Gateway.Pipeline.PluginCatalog.Find("key-auth")!).Consumer("ann");
        Check.Equal(401, (await test.SendAsync("GET", "/", [("X-Team", "blue")])).Status);
        var result = await test.SendAsync("GET", "/", [("X-Team", "blue"), ("apikey", "ann")]);
        Check.Equal(200, result.Status);
        Check.Equal("ann", result.Consumer);
    }

    public async Task A_budget_of_nothing_is_refused_with_the_configuration()
    {
        await using var test = new PluginTest(TeamBudgetPlugin.Descriptor, "{ per_minute: 0, teams: [blue] }");
        Check.That(test.Problems()[0].Contains("config.per_minute"));
    }
}
