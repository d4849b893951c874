using System.Net;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Tests.Plugins.RateLimiting;

public class RateLimitingPluginTests
{
    [Fact]
    public async Task Counts_down_refuses_and_starts_again_with_the_next_window()
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Minute = 2 });
        var first = await harness.SendAsync();
        first.Header("X-RateLimit-Limit-Minute").ShouldBe("2");
        first.Header("X-RateLimit-Remaining-Minute").ShouldBe("1");
        first.Header("RateLimit-Limit").ShouldBe("2");
        first.Header("RateLimit-Remaining").ShouldBe("1");
        first.Header("RateLimit-Reset").ShouldBe("38");
        first.Header("Retry-After").ShouldBeNull();
        (await harness.SendAsync()).Header("RateLimit-Remaining").ShouldBe("0");

        var refused = await harness.SendAsync();
        refused.Status.ShouldBe(429);
        refused.Body.ShouldContain("API rate limit exceeded");
        refused.Header("Retry-After").ShouldBe("38");
        refused.Header("X-RateLimit-Remaining-Minute").ShouldBe("0");

        harness.Time.Advance(TimeSpan.FromSeconds(37));
        (await harness.SendAsync()).Status.ShouldBe(429);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        (await harness.SendAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Tells_of_the_window_with_the_fewest_left_and_counts_refusals_nowhere()
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Second = 3, Minute = 4, Hour = 9 });
        for (var i = 0; i < 3; i++) (await harness.SendAsync()).Status.ShouldBe(200);
        var bySecond = await harness.SendAsync();
        bySecond.Status.ShouldBe(429);
        bySecond.Header("RateLimit-Limit").ShouldBe("3");
        bySecond.Header("RateLimit-Reset").ShouldBe("1");
        bySecond.Header("X-RateLimit-Remaining-Minute").ShouldBe("1");

        harness.Time.Advance(TimeSpan.FromSeconds(1));
        var fourth = await harness.SendAsync();
        fourth.Status.ShouldBe(200);
        fourth.Header("RateLimit-Limit").ShouldBe("4");
        var byMinute = await harness.SendAsync();
        byMinute.Status.ShouldBe(429);
        byMinute.Header("RateLimit-Limit").ShouldBe("4");
        byMinute.Header("X-RateLimit-Remaining-Second").ShouldBe("2");
        byMinute.Header("X-RateLimit-Remaining-Hour").ShouldBe("5");
    }

    [Fact]
    public async Task Months_and_years_end_with_the_calendar()
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Year = 2 });
        (await harness.SendAsync()).Header("RateLimit-Reset").ShouldBe("3609278");
        harness.Time.Set(new DateTimeOffset(2026, 12, 31, 23, 59, 59, TimeSpan.Zero));
        (await harness.SendAsync()).Status.ShouldBe(200);
        (await harness.SendAsync()).Status.ShouldBe(429);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        (await harness.SendAsync()).Status.ShouldBe(200);

        var monthly = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Month = 1 });
        monthly.Time.Set(new DateTimeOffset(2027, 1, 31, 23, 59, 59, TimeSpan.Zero));
        (await monthly.SendAsync()).Status.ShouldBe(200);
        (await monthly.SendAsync()).Header("Retry-After").ShouldBe("1");
        monthly.Time.Advance(TimeSpan.FromSeconds(1));
        (await monthly.SendAsync()).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("ip", true)]
    [InlineData("header", false)]
    [InlineData("path", false)]
    [InlineData("service", true)]
    [InlineData("consumer", true)]
    public async Task Callers_are_told_apart_by_what_is_configured(string limitBy, bool otherPathAndHeaderShareTheCount)
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Hour = 1, LimitBy = limitBy, HeaderName = "x-id", Path = "/a" });
        (await harness.SendAsync("/a", headers: [("x-id", "1")])).Status.ShouldBe(200);
        (await harness.SendAsync("/a", headers: [("x-id", "1")])).Status.ShouldBe(429);
        (await harness.SendAsync("/b", headers: [("x-id", "2")])).Status.ShouldBe(otherPathAndHeaderShareTheCount ? 429 : 200);
        var elsewhere = await harness.SendAsync("/b", prepare: e => e.ClientAddress = IPAddress.Parse("2001:db8::1"));
        elsewhere.Status.ShouldBe(limitBy is "service" ? 429 : 200);
    }

    [Fact]
    public async Task Consumers_and_credentials_are_callers()
    {
        var document = TestDocuments.Of(["a", "b"], c =>
            [new KeyAuthCredential { Id = Guid.NewGuid(), Key = c.Username + "1" }, new KeyAuthCredential { Id = Guid.NewGuid(), Key = c.Username + "2" }]);
        var byConsumer = new PluginHarness(document).Use("key-auth", new KeyAuthConfig()).Use("rate-limiting", new RateLimitingConfig { Day = 1 });
        (await Status(byConsumer, "a1", "a2", "b1")).ShouldBe([200, 429, 200]);
        var byCredential = new PluginHarness(document).Use("key-auth", new KeyAuthConfig())
            .Use("rate-limiting", new RateLimitingConfig { Day = 1, LimitBy = "credential" });
        (await Status(byCredential, "a1", "a2", "a1", "b1")).ShouldBe([200, 200, 429, 200]);
        (await byConsumer.SendAsync()).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_upstreams_own_fields_follow_ours()
    {
        var harness = new PluginHarness
        {
            Upstream = e =>
            {
                e.Response.Headers["RateLimit-Limit"] = "66";
                return [];
            },
        }.Use("rate-limiting", new RateLimitingConfig { Minute = 5 });
        var result = await harness.SendAsync();
        result.Header("RateLimit-Limit").ShouldBe("5,66");
        result.Header("X-RateLimit-Limit-Minute").ShouldBe("5");
    }

    [Fact]
    public async Task Refusals_are_as_configured_and_limits_can_be_kept_from_clients()
    {
        var harness = new PluginHarness()
            .Use("rate-limiting", new RateLimitingConfig { Minute = 1, ErrorCode = 404, ErrorMessage = "later", HideClientHeaders = true });
        var passed = await harness.SendAsync();
        passed.Exchange.Response.Headers.Keys.ShouldNotContain(k => k.Contains("RateLimit", StringComparison.OrdinalIgnoreCase));
        var refused = await harness.SendAsync();
        refused.Status.ShouldBe(404);
        refused.Body.ShouldContain("later");
        refused.Header("Retry-After").ShouldBeNull();
    }

    [Fact]
    public async Task Fractions_of_a_request_are_limits_too()
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Minute = 1.5 });
        (await harness.SendAsync()).Header("X-RateLimit-Remaining-Minute").ShouldBe("0.5");
        (await harness.SendAsync()).Status.ShouldBe(200);
        (await harness.SendAsync()).Status.ShouldBe(429);
    }

    [Fact]
    public async Task Counts_survive_a_reload_and_a_change_of_the_limit()
    {
        var before = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Hour = 2 });
        await before.SendAsync();
        var after = before.Reload(new GatewayDocument(), h => h.Use("rate-limiting", new RateLimitingConfig { Hour = 10 }));
        (await after.SendAsync()).Header("RateLimit-Remaining").ShouldBe("8");
    }

    [Fact]
    public async Task Counting_allocates_nothing_once_warm()
    {
        var harness = new PluginHarness().Use("rate-limiting", new RateLimitingConfig { Minute = 100000, Hour = 1000000 });
        var exchange = (await harness.SendAsync()).Exchange;
        var plugin = exchange.Plan.ForStage(RequestStage.Limit)[0];
        const int texts = 128; // the text of one number not used before, twice
        Allocations.Least(Once, enough: texts).ShouldBeLessThanOrEqualTo(texts);

        void Once()
        {
            exchange.Response.Headers.Clear();
            plugin.LimitAsync(exchange).IsCompletedSuccessfully.ShouldBeTrue();
            plugin.Respond(exchange);
        }
    }

    [Theory]
    [InlineData("{}", "", "at least one")]
    [InlineData("minute=10,hour=5", "", "The limit for hour(5.0) cannot be lower than the limit for minute(10.0)")]
    [InlineData("minute=-1", "minute", "greater than 0")]
    [InlineData("minute=1,limit_by=path", "path", "required")]
    [InlineData("minute=1,limit_by=header", "header_name", "required")]
    [InlineData("minute=1,sync_rate=1", "sync_rate", "redis policy")]
    [InlineData("minute=1,policy=redis", "redis.host", "policy is redis")]
    public void Bad_configurations_are_named(string fields, string field, string message)
    {
        var config = new RateLimitingConfig();
        foreach (var (name, value) in fields.Split(',').Where(f => f.Contains('=', StringComparison.Ordinal)).Select(f => f.Split('=')).Select(p => (p[0], p[1])))
            config = name switch
            {
                "minute" => config with { Minute = double.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
                "hour" => config with { Hour = 5 },
                "limit_by" => config with { LimitBy = value },
                "sync_rate" => config with { SyncRate = 1 },
                _ => config with { Policy = value },
            };
        var problems = new List<(string Field, string Message)>();
        config.Check((f, m) => problems.Add((f, m)));
        problems.ShouldContain(p => p.Field == field && p.Message.Contains(message, StringComparison.Ordinal));
    }

    private static async Task<List<int>> Status(PluginHarness harness, params string[] keys)
    {
        var statuses = new List<int>();
        foreach (var key in keys) statuses.Add((await harness.SendAsync(headers: [("apikey", key)])).Status);
        return statuses;
    }
}
