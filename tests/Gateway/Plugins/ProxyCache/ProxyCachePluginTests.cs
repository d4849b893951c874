using System.Text;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.ProxyCache;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Tests.Plugins.ProxyCache;

public sealed class ProxyCachePluginTests
{
    private static readonly ProxyCacheConfig Config = new() { Strategy = "memory" };
    private int calls;

    [Fact]
    public async Task The_second_request_is_a_hit_with_the_same_head_and_body()
    {
        var harness = Harness(Config);
        var miss = await harness.SendAsync("/a");
        harness.Time.Advance(TimeSpan.FromSeconds(7.5));
        var hit = await harness.SendAsync("/a");

        miss.Header("X-Cache-Status").ShouldBe("Miss");
        hit.Header("X-Cache-Status").ShouldBe("Hit");
        hit.Header("X-Cache-Key").ShouldBe(miss.Header("X-Cache-Key"));
        hit.Header("X-Cache-Key")!.Length.ShouldBe(64);
        hit.Header("Age").ShouldBe("7");
        hit.Header("X-Up").ShouldBe("v");
        hit.Body.ShouldBe("call 1");
        hit.Exchange.Source.ShouldBe(ResponseSource.Cache);
        hit.Exchange.Response.ContentType.ShouldBe("text/plain");
    }

    [Fact]
    public async Task A_lifetime_beyond_counting_is_a_long_one()
    {
        var harness = Harness(Config with { CacheControl = true }, cacheControl: $"max-age={long.MaxValue}");
        await harness.SendAsync("/a");
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Hit");
    }

    [Fact]
    public async Task A_hit_tells_its_own_caller_what_is_left_and_nothing_of_anothers()
    {
        var harness = Harness(Config).Use("rate-limiting", new RateLimitingConfig { Minute = 5 });
        await harness.SendAsync("/a");
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        var hit = await harness.SendAsync("/a");
        hit.Header("X-Cache-Status").ShouldBe("Hit");
        hit.Header("RateLimit-Limit").ShouldBe("5");
        hit.Header("RateLimit-Remaining").ShouldBe("3");
        hit.Exchange.Response.Headers["RateLimit-Reset"].Count.ShouldBe(1);
    }

    [Fact]
    public async Task Methods_paths_queries_and_consumers_are_told_apart()
    {
        var harness = Harness(Config);
        await harness.SendAsync("/a");
        (await harness.SendAsync("/a?x=1")).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/b")).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/A")).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a", "POST")).Header("X-Cache-Status").ShouldBe("Bypass");
        (await harness.SendAsync("/a", "HEAD")).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a", "HEAD")).Header("X-Cache-Status").ShouldBe("Miss");
        var consumer = new Sluice.Gateway.Snapshot.ConsumerModel
        {
            Config = new ConsumerConfig { Id = Guid.NewGuid(), Username = "u" },
            Groups = [],
            AclGroups = [],
            HasMiddleware = false,
        };
        (await harness.SendAsync("/a", prepare: e => e.Authenticated(consumer, null))).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Hit");
    }

    [Theory]
    [InlineData("?x=1&y=2", "?y=2&x=1", "Hit")]
    [InlineData("?x=1&y=2&y=3", "?y=3&y=2&x=1", "Hit")]
    [InlineData("?x=1&y=2", "?x=1&y=3", "Miss")]
    [InlineData("?x", "?x=", "Miss")]
    public async Task The_order_of_parameters_does_not_matter(string first, string second, string expected)
    {
        var harness = Harness(Config);
        await harness.SendAsync("/a" + first);
        (await harness.SendAsync("/a" + second)).Header("X-Cache-Status").ShouldBe(expected);
    }

    [Fact]
    public async Task Only_the_named_parameters_and_header_fields_tell_responses_apart()
    {
        var harness = Harness(Config with { VaryQueryParams = ["id", "l g"], VaryHeaders = ["X-Lang"], IgnoreUriCase = true });
        await harness.SendAsync("/a?id=1&utm=z", headers: [("X-Lang", "en")]);
        (await harness.SendAsync("/A?utm=y&id=1", headers: [("x-lang", "en"), ("X-Other", "1")])).Header("X-Cache-Status").ShouldBe("Hit");
        (await harness.SendAsync("/a?id=1", headers: [("X-Lang", "de")])).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a?id=1")).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a?id=2", headers: [("X-Lang", "en")])).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a?id=1&l%20g=2", headers: [("X-Lang", "en")])).Header("X-Cache-Status").ShouldBe("Miss");
        (await harness.SendAsync("/a?l+g=2&id=1", headers: [("X-Lang", "en")])).Header("X-Cache-Status").ShouldBe("Miss");
    }

    [Fact]
    public async Task Hosts_share_a_response_unless_the_upstream_sees_them()
    {
        var harness = Harness(Config);
        await harness.SendAsync("/a", prepare: e => e.Request.Headers.Host = "one.test");
        (await harness.SendAsync("/a", prepare: e => e.Request.Headers.Host = "two.test")).Header("X-Cache-Status").ShouldBe("Hit");

        harness = Harness(Config, new RouteConfig { Id = Guid.NewGuid(), PreserveHost = true });
        await harness.SendAsync("/a", prepare: e => e.Request.Headers.Host = "one.test");
        (await harness.SendAsync("/a", prepare: e => e.Request.Headers.Host = "two.test")).Header("X-Cache-Status").ShouldBe("Miss");
    }

    [Theory]
    [InlineData(200, "text/plain", "Miss")]
    [InlineData(404, "application/json", "Miss")]
    [InlineData(200, "application/json; charset=utf-8", "Bypass")]
    [InlineData(200, "text/html", "Bypass")]
    [InlineData(200, null, "Bypass")]
    [InlineData(500, "text/plain", "Bypass")]
    public async Task Status_and_media_type_decide_what_is_stored(int status, string? type, string expected)
    {
        var harness = Harness(Config);
        harness.Upstream = e =>
        {
            e.Response.StatusCode = status;
            e.Response.ContentType = type;
            return [1];
        };
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe(expected);
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe(expected == "Miss" ? "Hit" : "Bypass");
    }

    [Theory]
    [InlineData("*/*", "image/png", true)]
    [InlineData("image/*", "image/png", true)]
    [InlineData("image/*", "text/plain", false)]
    [InlineData("*/*", "text/plain; charset=utf-8", false)]
    [InlineData("text/plain; charset=utf-8", "text/plain;charset=UTF-8", true)]
    [InlineData("bad", "bad", false)]
    public void Media_types_match_with_wildcards_and_equal_parameters(string configured, string actual, bool matches) =>
        new CacheableType(configured).Matches(actual).ShouldBe(matches);

    [Fact]
    public async Task A_response_is_refreshed_after_its_ttl_and_gone_after_the_storage_ttl()
    {
        var harness = Harness(Config with { CacheTtl = 2, StorageTtl = 10 });
        await harness.SendAsync("/a");
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        var refreshed = await harness.SendAsync("/a");
        refreshed.Header("X-Cache-Status").ShouldBe("Refresh");
        (await harness.SendAsync("/a")).Body.ShouldBe(refreshed.Body);
        harness.Time.Advance(TimeSpan.FromSeconds(11));
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Miss");
    }

    [Fact]
    public async Task Cache_control_of_the_request_is_obeyed_when_it_is_on()
    {
        var harness = Harness(Config with { CacheControl = true }, cacheControl: "max-age=60");
        (await Ask("no-cache")).ShouldBe("Bypass");
        (await Ask(null)).ShouldBe("Miss");
        (await Ask("no-store")).ShouldBe("Bypass");
        (await Ask("only-if-cached")).ShouldBe("Hit");
        harness.Time.Advance(TimeSpan.FromSeconds(10));
        (await Ask("max-age=100")).ShouldBe("Hit");
        (await Ask("min-fresh=55")).ShouldBe("Refresh");
        harness.Time.Advance(TimeSpan.FromSeconds(10));
        (await Ask("max-age=9")).ShouldBe("Refresh");
        (await Ask("max-stale=5")).ShouldBe("Hit");

        var refused = await harness.SendAsync("/new", headers: [("Cache-Control", "only-if-cached")]);
        refused.Status.ShouldBe(504);
        refused.Header("X-Cache-Status").ShouldBeNull();
        refused.Header("X-Cache-Key").ShouldNotBeNull();

        async Task<string?> Ask(string? field) =>
            (await harness.SendAsync("/a", headers: field is null ? null : [("Cache-Control", field)])).Header("X-Cache-Status");
    }

    [Theory]
    [InlineData("private, max-age=9", "Bypass")]
    [InlineData("no-store", "Bypass")]
    [InlineData("max-age=0", "Bypass")]
    [InlineData("", "Bypass")]
    [InlineData("public, s-maxage=9, max-age=0", "Miss")]
    public async Task Cache_control_of_the_response_is_obeyed_when_it_is_on(string field, string expected)
    {
        (await Harness(Config with { CacheControl = true }, cacheControl: field).SendAsync("/a")).Header("X-Cache-Status").ShouldBe(expected);
        (await Harness(Config, cacheControl: field).SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Miss");
    }

    [Fact]
    public async Task Stale_responses_are_served_only_to_clients_that_take_them()
    {
        var harness = Harness(Config with { CacheControl = true, StorageTtl = 100 }, cacheControl: "max-age=5");
        await harness.SendAsync("/a");
        harness.Time.Advance(TimeSpan.FromSeconds(8));
        (await harness.SendAsync("/a", headers: [("Cache-Control", "max-stale=4")])).Header("X-Cache-Status").ShouldBe("Hit");
        (await harness.SendAsync("/a", headers: [("Cache-Control", "max-stale")])).Header("X-Cache-Status").ShouldBe("Hit");
        (await harness.SendAsync("/a", headers: [("Cache-Control", "max-stale=2")])).Header("X-Cache-Status").ShouldBe("Refresh");
        harness.Time.Advance(TimeSpan.FromSeconds(8));
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Refresh");
    }

    [Fact]
    public async Task A_client_that_has_the_response_gets_a_304()
    {
        var harness = Harness(Config);
        harness.Upstream = e =>
        {
            e.Response.ContentType = "text/plain";
            e.Response.Headers.ETag = "\"1\"";
            e.Response.Headers["X-Cache-Status"] = "Up";
            return "x"u8.ToArray();
        };
        (await harness.SendAsync("/a")).Header("X-Cache-Status").ShouldBe("Miss,Up");
        var known = await harness.SendAsync("/a", headers: [("If-None-Match", "\"0\", W/\"1\"")]);
        known.Status.ShouldBe(304);
        known.Body.ShouldBe("");
        known.Header("ETag").ShouldBe("\"1\"");
        known.Header("X-Cache-Status").ShouldBe("Hit");
        (await harness.SendAsync("/a", headers: [("If-None-Match", "\"2\"")])).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_fields_can_be_hidden_and_the_store_survives_a_reload()
    {
        var hidden = Config with { ResponseHeaders = new() { Age = false, XCacheKey = false, XCacheStatus = false } };
        var harness = Harness(hidden);
        await harness.SendAsync("/a");
        var next = harness.Reload(new GatewayDocument(), h => h.Use("proxy-cache", hidden));
        var hit = await next.SendAsync("/a");
        hit.Body.ShouldBe("call 1");
        hit.Header("Age").ShouldBeNull();
        hit.Header("X-Cache-Key").ShouldBeNull();
        hit.Header("X-Cache-Status").ShouldBeNull();
    }

    [Fact]
    public async Task A_hit_allocates_no_more_than_its_exchange()
    {
        var harness = Harness(Config);
        await harness.SendAsync("/a");

        var exchange = (await harness.SendAsync("/a")).Exchange;
        var plugin = exchange.Plan.Plugins[0].Instance;
        (await plugin.RewriteAsync(exchange)).Answer.ShouldNotBeNull();
        Allocations.Least(() =>
        {
            for (var i = 0; i < 1000; i++) plugin.RewriteAsync(exchange).IsCompletedSuccessfully.ShouldBeTrue();
        }).ShouldBe(0);
    }

    private PluginHarness Harness(ProxyCacheConfig config, RouteConfig? route = null, string? cacheControl = null)
    {
        var harness = route is null ? new PluginHarness() : new PluginHarness { Route = route };
        harness.Upstream = exchange =>
        {
            exchange.Response.ContentType = "text/plain";
            exchange.Response.Headers["X-Up"] = "v";
            if (cacheControl is not null) exchange.Response.Headers.CacheControl = cacheControl;
            return Encoding.UTF8.GetBytes($"call {++calls}");
        };
        return harness.Use("proxy-cache", config);
    }
}
