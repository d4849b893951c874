using System.Globalization;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Nodes;

/// <summary>The Redis that three nodes count in dies and comes back: limits are held node by node meanwhile, and nobody gets an error.</summary>
public sealed class RedisOutageTests
{
    private const int Limit = 4;

    [Fact]
    public async Task Limits_are_local_while_Redis_is_away_and_shared_again_when_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var group = await NodeGroup.StartAsync();
        string Limited(string name, int limit) =>
            $", {{name: {name}, paths: [/{name}], plugins: [{{name: rate-limiting, config: {{year: {limit}, policy: redis, limit_by: header, header_name: x-caller, " +
            $"redis: {{host: 127.0.0.1, port: {redis.Port}}}}}}}]}}";
        await group.ApplyAsync(group.Nodes[0], group.Configuration(Limited("wide", 100_000_000) + Limited("narrow", Limit)));
        await group.ConvergeAsync();
        await using var load = SteadyLoad.Start(group.Nodes, "/wide", "/");
        await load.GoesOnAsync();

        (await PassedAsync(group, "shared")).Sum().ShouldBe(Limit);

        await redis.KillAsync();
        await load.GoesOnAsync();
        var local = await PassedAsync(group, "local");
        local.ShouldBe([Limit, Limit, Limit]);
        foreach (var node in group.Nodes)
        {
            (await MetricAsync(node, "gateway_redis_up")).ShouldBe(0);
            (await MetricAsync(node, "gateway_rate_limit_local_total")).ShouldBeGreaterThan(Limit);
            (await group.GetAsync(node, "/status")).Body.ShouldContain("\"up\": false");
        }

        await redis.StartAgainAsync();
        foreach (var node in group.Nodes)
            await Eventually.HoldsAsync(async () => await MetricAsync(node, "gateway_redis_up") == 1, "the node counts in Redis again");
        (await PassedAsync(group, "again")).Sum().ShouldBe(Limit);
        await load.GoesOnAsync();
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    /// <summary>How many requests of a caller each node lets pass, asked one node after the other for more than there are.</summary>
    private static async Task<IReadOnlyList<int>> PassedAsync(NodeGroup group, string caller)
    {
        using var client = new HttpClient { Timeout = RawClient.Patience, DefaultRequestHeaders = { { "x-caller", caller } } };
        var passed = new List<int>();
        foreach (var node in group.Nodes)
        {
            var answers = new List<int>();
            for (var i = 0; i < Limit + 2; i++)
            {
                using var response = await client.GetAsync(new Uri(node.Proxy[0], "/narrow"));
                answers.Add((int)response.StatusCode);
            }

            answers.ShouldAllBe(a => a == 200 || a == 429);
            passed.Add(answers.Count(a => a == 200));
        }

        return passed;
    }

    /// <summary>The value of a metric without labels, or the sum over them.</summary>
    private static async Task<double> MetricAsync(SluiceProcess node, string name) =>
        (await node.AdminAsync("/metrics")).Body.Split('\n')
            .Where(l => l.StartsWith(name + " ", StringComparison.Ordinal) || l.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
