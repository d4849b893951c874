using System.Net;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Plugins.RateLimitingAdvanced;
using Sluice.Gateway.Redis;
using Sluice.Gateway.Telemetry;
using Sluice.Tests.Servers;

namespace Sluice.Gateway.Tests.Plugins.RateLimitingAdvanced;

public class RateLimitingAdvancedPluginTests
{
    private static readonly RateLimitingAdvancedConfig TwoPerMinute = new() { Limit = [2], WindowSize = [60], WindowType = "fixed" };

    [Fact]
    public async Task Clients_are_told_in_Kongs_fields_and_those_of_the_draft()
    {
        var harness = Harness(new() { Limit = [2, 10], WindowSize = [60, 90], WindowType = "fixed", Concurrency = 3 });
        var first = await harness.SendAsync();
        first.Header("X-RateLimit-Limit-Minute").ShouldBe("2");
        first.Header("X-RateLimit-Remaining-Minute").ShouldBe("1");
        first.Header("X-RateLimit-Remaining-90").ShouldBe("9");
        first.Header("RateLimit-Limit").ShouldBe("2");
        first.Header("RateLimit-Remaining").ShouldBe("1");
        first.Header("RateLimit-Reset").ShouldBe("38");
        first.Header("RateLimit-Policy").ShouldBe("\"minute\";q=2;w=60, \"90s\";q=10;w=90, \"concurrency\";q=3;qu=\"concurrent-requests\"");
        first.Header("RateLimit").ShouldBe("\"minute\";r=1;t=38, \"90s\";r=9;t=8, \"concurrency\";r=2");
        first.Header("Retry-After").ShouldBeNull();

        await harness.SendAsync();
        var refused = await harness.SendAsync();
        refused.Status.ShouldBe(429);
        refused.Body.ShouldContain("API rate limit exceeded");
        refused.Header("Retry-After").ShouldBe("38");
        refused.Header("RateLimit-Remaining").ShouldBe("0");
        refused.Header("X-RateLimit-Remaining-90").ShouldBe("8");
    }

    [Theory]
    [InlineData("kong", true, false)]
    [InlineData("ietf", false, true)]
    [InlineData("both", true, true)]
    public async Task Either_kind_of_field_can_be_left_out(string which, bool kongs, bool drafts)
    {
        var result = await Harness(TwoPerMinute with { ClientHeaders = which }).SendAsync();
        (result.Header("RateLimit-Limit") is not null).ShouldBe(kongs);
        (result.Header("RateLimit-Policy") is not null).ShouldBe(drafts);
        var hidden = await Harness(TwoPerMinute with { ClientHeaders = which, HideClientHeaders = true }).SendAsync();
        hidden.Exchange.Response.Headers.Keys.ShouldNotContain(k => k.Contains("RateLimit", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("fixed", false, 2)]
    [InlineData("sliding", true, 1)]
    [InlineData("token-bucket", false, 1)]
    public async Task Windows_begin_anew_slide_or_fill_up(string type, bool disablePenalty, int passing)
    {
        var harness = Harness(TwoPerMinute with { WindowType = type, DisablePenalty = disablePenalty });
        (await Statuses(harness, 4)).ShouldBe([200, 200, 429, 429]);
        harness.Time.Advance(TimeSpan.FromSeconds(type is "sliding" ? 38 + 30 : 38));
        (await Statuses(harness, 4)).Count(s => s == 200).ShouldBe(passing);
    }

    [Fact]
    public async Task Refused_requests_hold_up_a_sliding_window_unless_the_penalty_is_disabled()
    {
        foreach (var (disabled, expected) in new[] { (true, 200), (false, 429) })
        {
            var harness = Harness(TwoPerMinute with { WindowType = "sliding", DisablePenalty = disabled });
            await Statuses(harness, 10);
            harness.Time.Advance(TimeSpan.FromSeconds(38 + 31));
            (await harness.SendAsync()).Status.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Only_so_many_requests_are_under_way_at_a_time()
    {
        var harness = Harness(new() { Concurrency = 2 });
        var inner = new List<PluginResult>();
        var depth = 0;
        harness.Upstream = _ =>
        {
            if (depth++ < 3) inner.Add(harness.SendAsync().GetAwaiter().GetResult());
            return [];
        };
        var outer = await harness.SendAsync();
        outer.Status.ShouldBe(200);
        inner.Select(r => r.Status).ShouldBe([429, 200], ignoreOrder: true);
        inner.Single(r => r.Status == 429).Header("RateLimit").ShouldBe("\"concurrency\";r=0");
        inner.Single(r => r.Status == 429).Header("Retry-After").ShouldBe("1");
        (await harness.SendAsync()).Header("RateLimit").ShouldBe("\"concurrency\";r=1");
    }

    [Fact]
    public async Task In_shadow_mode_nothing_is_refused_but_counted_and_logged()
    {
        var harness = Harness(TwoPerMinute with { Shadow = true });
        var results = new List<PluginResult>();
        for (var i = 0; i < 3; i++) results.Add(await harness.SendAsync());
        results.ShouldAllBe(r => r.Status == 200 && r.Header("RateLimit") == null);
        ShadowLimits.Of(results[1].Exchange).ShouldBeNull();
        ShadowLimits.Of(results[2].Exchange).ShouldBe("minute");
        var text = new PrometheusText();
        harness.Shared.OfType<LimitDecisions>().Single().WriteTo(text, null!);
        text.ToString().ShouldContain("gateway_rate_limit_shadow_total 1\n");
        text.ToString().ShouldContain("gateway_rate_limited_total 0\n");
    }

    [Theory]
    [InlineData("ip", null, 200)]
    [InlineData("header", null, 200)]
    [InlineData("tenant", null, 429)]
    [InlineData("service", null, 429)]
    [InlineData("ip", "ip,header", 200)]
    [InlineData("ip", "tenant,service", 429)]
    public async Task Callers_are_told_apart_by_one_thing_or_several(string identifier, string? compound, int another)
    {
        var harness = new PluginHarness { Route = new RouteConfig { Id = Guid.NewGuid(), Tags = ["a", "tenant:acme"] } }.Use("rate-limiting-advanced", new RateLimitingAdvancedConfig
        {
            Limit = [1],
            WindowSize = [60],
            Identifier = identifier,
            CompoundIdentifier = compound?.Split(','),
            HeaderName = "x-id",
        });
        (await Send("1")).ShouldBe(200);
        (await Send("1")).ShouldBe(429);
        (await Send("2", "192.0.2.7")).ShouldBe(another);
        (await Send("1")).ShouldBe(429);

        async Task<int> Send(string id, string address = "127.0.0.1") =>
            (await harness.SendAsync(headers: [("x-id", id)], prepare: e => e.ClientAddress = IPAddress.Parse(address))).Status;
    }

    [Fact]
    public async Task Jitter_is_added_to_the_time_to_wait()
    {
        var harness = Harness(new() { Limit = [1], WindowSize = [60], WindowType = "fixed", RetryAfterJitterMax = 5 });
        await harness.SendAsync();
        for (var i = 0; i < 50; i++)
            int.Parse((await harness.SendAsync()).Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(38, 43);
    }

    [Fact]
    public async Task Counts_survive_a_change_of_the_limit_and_a_namespace_joins_middleware()
    {
        var before = new PluginHarness().Use("rate-limiting-advanced", TwoPerMinute with { Namespace = "n" });
        await before.SendAsync();
        var after = before.Reload(new GatewayDocument(), h => h.Use("rate-limiting-advanced", TwoPerMinute with { Limit = [10], Namespace = "n" }));
        (await after.SendAsync()).Header("RateLimit-Remaining").ShouldBe("8");
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("sliding")]
    [InlineData("token-bucket")]
    public async Task Nodes_on_one_Redis_count_together_and_alone_when_it_is_away(string type)
    {
        await using var server = await RedisServer.StartAsync();
        var config = new RateLimitingAdvancedConfig
        {
            Limit = [10],
            WindowSize = [86400 * 30],
            WindowType = type,
            Namespace = "n",
            Strategy = "redis",
            Redis = new AdvancedRedisConfig { Host = "127.0.0.1", Port = server.Port, ReadTimeout = 20000 },
        };
        PluginHarness[] nodes = [Harness(config), Harness(config)];
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++) statuses.Add((await nodes[i % 2].SendAsync()).Status);
        statuses.Count(s => s == 200).ShouldBe(10);
        await server.KillAsync();
        var alone = await nodes[0].SendAsync();
        alone.Status.ShouldBe(200);
        alone.Header("RateLimit-Remaining").ShouldNotBe("9");
    }

    [Theory]
    [InlineData("limit: [1], window_size: [1, 2]", "same number of windows and limits")]
    [InlineData("{}", "required field missing")]
    [InlineData("limit: [0], window_size: [1]", "greater than 0")]
    [InlineData("limit: [1], window_size: [1], identifier: header", "header_name: required field missing")]
    [InlineData("limit: [1], window_size: [1], compound_identifier: [ip, path]", "path: required field missing")]
    [InlineData("limit: [1], window_size: [1], strategy: redis", "redis.host: required field missing")]
    [InlineData("limit: [1], window_size: [1], window_type: leaky", "window_type")]
    [InlineData("concurrency: 5", null)]
    [InlineData(
        "limit: [10], window_size: [60], window_type: sliding, identifier: consumer, sync_rate: -1, strategy: redis, namespace: x, dictionary_name: kong_rate_limiting_counters, "
        + "hide_client_headers: false, retry_after_jitter_max: 1, error_code: 429, error_message: m, header_name: null, path: null, disable_penalty: false, "
        + "enforce_consumer_groups: false, consumer_groups: null, lock_dictionary_name: kong_locks, compound_identifier: null, throttling: null, "
        + "redis: {host: h, port: 6379, timeout: 2000, connect_timeout: 1, read_timeout: 2, send_timeout: 3, sentinel_nodes: [{host: a, port: 1}], "
        + "cluster_nodes: [{ip: 127.0.0.1, port: 1}], sentinel_master: m, sentinel_role: master, keepalive_pool_size: 256, ssl: false}",
        null)]
    public void Files_of_Kong_load_and_bad_ones_are_named(string fields, string? problem)
    {
        var body = fields is "{}" ? "{}" : $"{{{fields}}}";
        var problems = Configuration.Reading.Files.Problems($"_format_version: '3.0'\nplugins: [{{name: rate-limiting-advanced, config: {body}}}]");
        if (problem is null) problems.ShouldBeEmpty();
        else problems.ShouldHaveSingleItem().ShouldContain(problem);
    }

    private static PluginHarness Harness(RateLimitingAdvancedConfig config) => new PluginHarness().Use("rate-limiting-advanced", config);

    private static async Task<List<int>> Statuses(PluginHarness harness, int requests)
    {
        var statuses = new List<int>();
        for (var i = 0; i < requests; i++) statuses.Add((await harness.SendAsync()).Status);
        return statuses;
    }
}
