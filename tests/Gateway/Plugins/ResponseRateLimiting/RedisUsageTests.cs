using Sluice.Foundation.Redis;
using Sluice.Gateway.Plugins.ResponseRateLimiting;
using Sluice.Gateway.Redis;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.ResponseRateLimiting;

/// <summary><c>policy: redis</c>, with harnesses as nodes.</summary>
public class RedisUsageTests
{
    private const string Key = "response-ratelimit:00000000-0000-0000-0000-000000000000:00000000-0000-0000-0000-000000000000:127.0.0.1:1795150800000:videos:hour";

    [Fact]
    public async Task Nodes_count_together_and_alone_while_the_server_is_away()
    {
        await using var server = await RedisServer.StartAsync();
        PluginHarness[] nodes = [Node(server), Node(server)];
        using var redis = new RedisClient(new RedisSettings { Host = "127.0.0.1", Port = server.Port, Timeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
        for (var i = 0; i < 5; i++)
        {
            (await nodes[i % 2].SendAsync()).Header("X-RateLimit-Remaining-videos-hour").ShouldBe($"{8 - (2 * i)}");
            await Eventually.HoldsAsync(async () => (await redis.ExecuteAsync("GET", Key)).Text == $"{2 * (i + 1)}");
        }

        (await nodes[0].SendAsync()).Status.ShouldBe(429);
        (await redis.ExecuteAsync("TTL", Key)).Integer.ShouldBeInRange(1, 3600);

        await server.KillAsync();
        var alone = await nodes[1].SendAsync();
        (alone.Status, alone.Header("X-RateLimit-Remaining-videos-hour")).ShouldBe((200, "4"));
    }

    [Fact]
    public async Task Without_fault_tolerance_a_server_that_is_away_means_a_500()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        (await Node(server, faultTolerant: false).SendAsync()).Status.ShouldBe(500);
    }

    private static PluginHarness Node(RedisServer server, bool faultTolerant = true)
    {
        var node = new PluginHarness
        {
            Upstream = exchange =>
            {
                exchange.Response.StatusCode = 200;
                exchange.Response.Headers["X-Kong-Limit"] = "videos=2";
                return [];
            },
        };
        return node.Use("response-ratelimiting", new ResponseRateLimitingConfig
        {
            Limits = new Dictionary<string, UsageLimits> { ["videos"] = new() { Hour = 10 } },
            Policy = "redis",
            FaultTolerant = faultTolerant,
            Redis = new RedisConfig { Host = "127.0.0.1", Port = server.Port },
        });
    }
}
