using System.Net;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.KeyAuth;
using Sluice.Gateway.Plugins.ResponseRateLimiting;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.ResponseRateLimiting;

public class ResponseRateLimitingPluginTests
{
    [Fact]
    public async Task Counts_what_the_upstream_says_and_holds_back_what_is_over()
    {
        var harness = Harness(Config(minute: 3), "video=2");
        var first = await harness.SendAsync();
        first.Status.ShouldBe(200);
        first.Header("X-Kong-Limit").ShouldBeNull();
        first.Header("X-RateLimit-Limit-video-minute").ShouldBe("3");
        first.Header("X-RateLimit-Remaining-video-minute").ShouldBe("1");
        first.Header("X-RateLimit-Remaining-video").ShouldBe("3");

        // One is left and two are used: the response still goes out, the next one does not.
        (await harness.SendAsync()).Status.ShouldBe(200);
        var over = await harness.SendAsync();
        over.Status.ShouldBe(429);
        over.Exchange.DropsResponseBody.ShouldBeTrue();
        over.Header("X-RateLimit-Remaining-video").ShouldBe("-1");
        over.Header("X-RateLimit-Remaining-video-minute").ShouldBe("0");

        harness.Time.Advance(TimeSpan.FromMinutes(1));
        (await harness.SendAsync()).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(null, "5")]
    [InlineData("", "5")]
    [InlineData("video", "5")]
    [InlineData("video=", "5")]
    [InlineData("video=x", "5")]
    [InlineData("video=-1", "5")]
    [InlineData("other=1", "5")]
    [InlineData("video=1=2", "5")]
    [InlineData("video=1", "4")]
    [InlineData(" other=3 , video = 2 ", "3")]
    [InlineData("video=1,video=3", "2")]
    [InlineData("video=1e300", "0")]
    public async Task Reads_what_was_used(string? told, string left)
    {
        var harness = Harness(Config(minute: 5), told);
        (await harness.SendAsync()).Header("X-RateLimit-Remaining-video-minute").ShouldBe(left);
    }

    [Fact]
    public async Task Every_limit_that_is_used_counts_and_any_of_them_holds_back()
    {
        var config = new ResponseRateLimitingConfig { Limits = new Dictionary<string, UsageLimits> { ["a"] = new() { Minute = 1 }, ["b"] = new() { Minute = 5, Hour = 9 } } };
        var harness = Harness(config, "a=1, b=1");
        (await harness.SendAsync()).Status.ShouldBe(200);
        var over = await harness.SendAsync();
        over.Status.ShouldBe(429);
        over.Header("X-RateLimit-Remaining-b-minute").ShouldBe("3");

        // What was held back has not been counted.
        Tell(harness, "b=1");
        var next = await harness.SendAsync();
        next.Status.ShouldBe(200);
        next.Header("X-RateLimit-Remaining-b-minute").ShouldBe("3");
        next.Header("X-RateLimit-Remaining-b-hour").ShouldBe("7");
    }

    [Fact]
    public async Task Requests_are_refused_beforehand_where_that_is_asked_for()
    {
        var harness = Harness(Config(minute: 1) with { BlockOnFirstViolation = true }, "video=2");
        (await harness.SendAsync()).Status.ShouldBe(200);
        harness.Upstream = _ => throw new InvalidOperationException("must not be reached");
        var refused = await harness.SendAsync();
        refused.Status.ShouldBe(429);
        refused.Body.ShouldContain("API rate limit exceeded for 'video'");
        refused.Header("X-RateLimit-Limit-video-minute").ShouldBeNull();
    }

    [Fact]
    public async Task Callers_are_counted_apart()
    {
        var harness = Harness(Config(minute: 1) with { LimitBy = "ip" }, "video=1");
        (await harness.SendAsync()).Status.ShouldBe(200);
        (await harness.SendAsync(prepare: e => e.ClientAddress = IPAddress.Parse("10.0.0.9"))).Status.ShouldBe(200);
        (await harness.SendAsync()).Status.ShouldBe(429);
    }

    [Fact]
    public async Task What_another_plugin_refuses_is_neither_counted_nor_told()
    {
        var document = TestDocuments.Of(["ann"], _ => [new KeyAuthCredential { Key = "k" }]);
        var harness = new PluginHarness(document).Use("key-auth", new KeyAuthConfig()).Use("response-ratelimiting", Config(minute: 1));
        Tell(harness, "video=1");
        (await harness.SendAsync()).Header("X-RateLimit-Limit-video-minute").ShouldBeNull();
        (await harness.SendAsync(headers: [("apikey", "k")])).Status.ShouldBe(200);
        (await harness.SendAsync(headers: [("apikey", "k")])).Status.ShouldBe(429);
    }

    [Fact]
    public async Task Windows_can_be_kept_from_clients()
    {
        var result = await Harness(Config(minute: 1) with { HideClientHeaders = true }, "video=1").SendAsync();
        result.Exchange.Response.Headers.Keys.Where(k => k.StartsWith("X-RateLimit", StringComparison.Ordinal)).ShouldBe(["X-RateLimit-Remaining-video"]);
        result.Header("X-Kong-Limit").ShouldBeNull();
    }

    [Fact]
    public async Task Counts_survive_a_reload()
    {
        var harness = Harness(Config(minute: 1), "video=1");
        (await harness.SendAsync()).Status.ShouldBe(200);
        var next = harness.Reload(new GatewayDocument(), h => h.Use("response-ratelimiting", Config(minute: 1)));
        Tell(next, "video=1");
        (await next.SendAsync()).Status.ShouldBe(429);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{limits: {}}")]
    [InlineData("{limits: {a: {}}}")]
    [InlineData("{limits: {a: {week: 1}}}")]
    [InlineData("{limits: {a: {minute: 0}}}")]
    [InlineData("{limits: {a: {minute: 2, hour: 1}}}")]
    [InlineData("{limits: {a: {minute: 2}}, policy: redis}")]
    public void Limits_are_checked(string config) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: response-ratelimiting, config: {config}}}]").ShouldNotBeEmpty();

    private static ResponseRateLimitingConfig Config(double minute) =>
        new() { Limits = new Dictionary<string, UsageLimits> { ["video"] = new() { Minute = minute } } };

    private static PluginHarness Harness(ResponseRateLimitingConfig config, string? told)
    {
        var harness = new PluginHarness().Use("response-ratelimiting", config);
        Tell(harness, told);
        return harness;
    }

    private static void Tell(PluginHarness harness, string? told) => harness.Upstream = exchange =>
    {
        exchange.Response.StatusCode = 200;
        if (told is not null) exchange.Response.Headers["X-Kong-Limit"] = told;
        return "upstream"u8.ToArray();
    };
}
