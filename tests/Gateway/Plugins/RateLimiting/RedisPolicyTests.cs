using Sluice.Foundation.Redis;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.RateLimiting;
using Sluice.Gateway.Redis;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.RateLimiting;

/// <summary><c>policy: redis</c>, with harnesses as nodes.</summary>
public class RedisPolicyTests
{
    [Fact]
    public async Task Nodes_count_together_under_Kongs_keys_in_one_round_trip()
    {
        await using var server = await RedisServer.StartAsync();
        PluginHarness[] nodes = [Node(server, c => c with { Minute = 5, Hour = 100 }), Node(server, c => c with { Minute = 5, Hour = 100 })];
        for (var i = 0; i < 5; i++)
        {
            var answer = await nodes[i % 2].SendAsync();
            (answer.Status, answer.Header("X-RateLimit-Remaining-Minute"), answer.Header("X-RateLimit-Remaining-Hour")).ShouldBe((200, $"{4 - i}", $"{99 - i}"));
        }

        var refused = await nodes[0].SendAsync();
        (refused.Status, refused.Header("Retry-After"), refused.Header("X-RateLimit-Remaining-Hour")).ShouldBe((429, "38", "95"));

        using var redis = Client(server);
        var keys = (await redis.ExecuteAsync("KEYS", "*")).Items.Select(k => k.Text).Order(StringComparer.Ordinal);
        const string none = "00000000-0000-0000-0000-000000000000";
        keys.ShouldBe([$"ratelimit:{none}:{none}:127.0.0.1:1795150800000:hour", $"ratelimit:{none}:{none}:127.0.0.1:1795152300000:minute"]);
        (await redis.ExecuteAsync("GET", $"ratelimit:{none}:{none}:127.0.0.1:1795152300000:minute")).Text.ShouldBe("5");
        (await redis.ExecuteAsync("TTL", $"ratelimit:{none}:{none}:127.0.0.1:1795152300000:minute")).Integer.ShouldBeInRange(1, 60);
        (await redis.ExecuteAsync("INFO", "commandstats")).Text!.ShouldContain("cmdstat_evalsha:calls=6,");
    }

    [Fact]
    public async Task Concurrent_requests_on_several_nodes_never_exceed_the_limit()
    {
        await using var server = await RedisServer.StartAsync();
        var nodes = Enumerable.Range(0, 4).Select(_ => Node(server, c => c with { Hour = 100 })).ToList();
        foreach (var node in nodes) await node.SendAsync();
        var statuses = await Task.WhenAll(nodes.SelectMany(n => Enumerable.Range(0, 50).Select(_ => Task.Run(async () => (await n.SendAsync()).Status))));
        statuses.Count(s => s == 200).ShouldBe(96);
    }

    [Fact]
    public async Task When_the_server_is_killed_this_nodes_own_counts_decide_until_it_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        var node = Node(server, c => c with { Hour = 10 });
        for (var i = 0; i < 4; i++) (await node.SendAsync()).Status.ShouldBe(200);
        await server.KillAsync();
        for (var i = 4; i < 10; i++) (await node.SendAsync()).Header("X-RateLimit-Remaining-Hour").ShouldBe($"{9 - i}");
        (await node.SendAsync()).Status.ShouldBe(429);

        await server.StartAgainAsync();
        for (var i = 0; i < 3000 && (await node.SendAsync()).Status != 200; i++)
        {
            node.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        using var redis = Client(server);
        (await redis.ExecuteAsync("DBSIZE")).Integer.ShouldBe(1);
    }

    [Fact]
    public async Task Without_fault_tolerance_a_server_that_is_away_means_a_500()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        var node = Node(server, c => c with { Hour = 10, FaultTolerant = false });
        var answer = await node.SendAsync();
        answer.Status.ShouldBe(500);
        answer.Body.ShouldContain("An unexpected error occurred");
    }

    [Fact]
    public async Task With_a_sync_rate_nodes_tell_each_other_later_and_the_excess_is_bounded()
    {
        await using var server = await RedisServer.StartAsync();
        var nodes = Enumerable.Range(0, 3).Select(_ => Node(server, c => c with { Hour = 30, SyncRate = 1 })).ToList();
        var passed = 0;

        // Each node gets 8 requests between two exchanges: at most (3 - 1) * 8 beyond the limit.
        for (var round = 1; round <= 10; round++)
        {
            foreach (var node in nodes)
                for (var i = 0; i < 8; i++)
                    if ((await node.SendAsync()).Status == 200) passed++;
            var all = passed;
            foreach (var node in nodes) node.Time.Advance(TimeSpan.FromSeconds(1));
            using var redis = Client(server);
            var key = $"ratelimit:{Guid.Empty}:{Guid.Empty}:127.0.0.1:1795150800000:hour";
            await Eventually.HoldsAsync(async () => (await redis.ExecuteAsync("GET", key)).Text == $"{all}");
        }

        passed.ShouldBeInRange(30, 30 + 16);
    }

    [Fact]
    public async Task With_a_sync_rate_a_caller_known_here_needs_no_server()
    {
        await using var server = await RedisServer.StartAsync();
        var node = Node(server, c => c with { Hour = 5, SyncRate = 10 });
        (await node.SendAsync()).Status.ShouldBe(200);
        await server.KillAsync();
        for (var i = 0; i < 4; i++) (await node.SendAsync()).Status.ShouldBe(200);
        (await node.SendAsync()).Status.ShouldBe(429);
    }

    [Theory]
    [InlineData("policy: redis", "redis.host: required field missing: policy is redis")]
    [InlineData("policy: redis, redis: {host: h}, sync_rate: 0.001", "sync_rate: expected -1, or seconds between 0.02 and 86400")]
    [InlineData("sync_rate: 1", "sync_rate can only be used with the redis policy")]
    [InlineData("policy: redis, redis_host: h, redis_port: 7000, redis_password: x, redis_timeout: 100", null)]
    public void Fields_are_checked_and_older_names_read(string fields, string? problem)
    {
        var problems = Configuration.Reading.Files.Problems($"_format_version: '3.0'\nplugins: [{{name: rate-limiting, config: {{minute: 1, {fields}}}}}]");
        if (problem is null) problems.ShouldBeEmpty();
        else problems.ShouldHaveSingleItem().ShouldEndWith(problem);
    }

    private static PluginHarness Node(RedisServer server, Func<RateLimitingConfig, RateLimitingConfig> with) => new PluginHarness().Use(
        "rate-limiting",
        with(new RateLimitingConfig { Policy = "redis", Redis = new RedisConfig { Host = "127.0.0.1", Port = server.Port } }),
        new PluginConfig { Id = Guid.NewGuid() });

    private static RedisClient Client(RedisServer server) =>
        new(new RedisSettings { Host = "127.0.0.1", Port = server.Port, Timeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
}
