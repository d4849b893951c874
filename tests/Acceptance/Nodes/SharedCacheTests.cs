using System.Globalization;
using Sluice.Acceptance.Harness;
using Sluice.Tests.Servers;

namespace Sluice.Acceptance.Nodes;

/// <summary>Three nodes keep what they have got in one Redis: what one has, all have; what one takes out is out for all; and its death is only slower.</summary>
public sealed class SharedCacheTests
{
    [Fact]
    public async Task What_one_node_stores_is_a_hit_on_all_and_what_one_takes_out_is_on_none()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var group = await StartAsync(redis);
        await IsStoredByOneAsync();
        foreach (var what in new[] { """{"url": "http://shop.test/cached/a"}""", """{"prefix": "http://shop.test/cached/"}""", """{"tag": "cached"}""", """{"all": true}""" })
        {
            var (status, body) = await group.SendAsync(HttpMethod.Post, group.Nodes[1], "/api/v1/cache/purge", what);
            status.ShouldBe(200, body);
            await IsStoredByOneAsync();
        }

        // A change by one client is one for all.
        (await AskAsync(group.Nodes[2], "/cached/a", HttpMethod.Delete)).Status.ShouldBe(200);
        await Eventually.HoldsAsync(async () => !IsHit(await AskAsync(group.Nodes[0], "/cached/a")), "the change is known");

        async Task IsStoredByOneAsync()
        {
            (await AskAsync(group.Nodes[2], "/cached/a")).Said.ShouldMatch("sluice; fwd=(uri|vary)-miss; fwd-status=200; stored");
            await Eventually.HoldsAsync(async () => IsHit(await AskAsync(group.Nodes[2], "/cached/a")), "the response is there");
            foreach (var node in group.Nodes) IsHit(await AskAsync(node, "/cached/a")).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task The_death_of_Redis_loses_no_request_and_its_return_brings_hits()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var group = await StartAsync(redis);
        await using var load = SteadyLoad.Start(group.Nodes, "/cached/load", "/");
        await load.GoesOnAsync();

        await redis.KillAsync();
        await load.GoesOnAsync();
        foreach (var node in group.Nodes)
        {
            (await MetricAsync(node, "gateway_http_cache_store_failures_total")).ShouldBeGreaterThan(0);
            (await AskAsync(node, "/cached/load")).Said.ShouldEndWith("; detail=store-away");
        }

        (await group.SendAsync(HttpMethod.Post, group.Nodes[0], "/api/v1/cache/purge", """{"all": true}""")).Status.ShouldBe(503);

        await redis.StartAgainAsync();
        foreach (var node in group.Nodes)
            await Eventually.HoldsAsync(async () => IsHit(await AskAsync(node, "/cached/load")), "responses are found again");

        // One that answers nothing is given up after a while, and nobody waits longer.
        await redis.PauseAsync();
        await load.GoesOnAsync();
        await redis.ResumeAsync();
        await load.GoesOnAsync();
        await load.StopAsync();
        load.Wrong.ShouldBeEmpty();
    }

    private static async Task<NodeGroup> StartAsync(RedisServer redis)
    {
        var group = await NodeGroup.StartAsync();
        await group.ApplyAsync(group.Nodes[0], group.Configuration() + $"\nplugins: [{{name: http-cache, config: {{storage: redis, redis: {{host: 127.0.0.1, port: {redis.Port}, timeout: 1000}}}}}}]\n");
        await group.ConvergeAsync();
        return group;
    }

    private static async Task<(int Status, string Said)> AskAsync(SluiceProcess node, string path, HttpMethod? method = null)
    {
        using var client = new HttpClient { Timeout = RawClient.Patience };
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(node.Proxy[0], path)) { Headers = { Host = "shop.test" } };
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, response.Headers.TryGetValues("Cache-Status", out var values) ? string.Join(", ", values) : "");
    }

    private static bool IsHit((int Status, string Said) answer) => answer.Said.StartsWith("sluice; hit", StringComparison.Ordinal);

    private static async Task<double> MetricAsync(SluiceProcess node, string name) =>
        (await node.AdminAsync("/metrics")).Body.Split('\n').Where(l => l.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
