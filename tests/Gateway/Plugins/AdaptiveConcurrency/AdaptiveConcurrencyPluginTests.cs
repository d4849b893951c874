using System.Diagnostics;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.AdaptiveConcurrency;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.AdaptiveConcurrency;

public class AdaptiveConcurrencyPluginTests
{
    private static readonly AdaptiveConcurrencyConfig Two = new() { InitialLimit = 2, MinLimit = 1 };

    [Fact]
    public async Task What_is_over_the_limit_is_refused_until_a_request_ends()
    {
        var harness = new PluginHarness { Random = new ScriptedRandom(0.5) }.Use("adaptive-concurrency", Two with { RetryAfter = 3, RetryAfterJitter = 2 });
        PluginResult? refused = null;
        harness.Upstream = exchange =>
        {
            harness.Upstream = _ =>
            {
                refused = harness.SendAsync().GetAwaiter().GetResult();
                return [];
            };
            harness.SendAsync().GetAwaiter().GetResult();
            return [];
        };
        (await harness.SendAsync()).Status.ShouldBe(200);
        refused!.Status.ShouldBe(503);
        refused.Answer!.Error!.Code.ShouldBe("OVERLOADED");
        refused.Header("Retry-After").ShouldBe("4");
        (await harness.SendAsync()).Status.ShouldBe(200);
        harness.Shared.OfType<AdaptiveLimits>().Single().Of(harness.Service!.Id, "").InFlight.ShouldBe(0);
    }

    [Theory]
    [InlineData("GET", 101, 0)]
    [InlineData("CONNECT", 200, 0)]
    [InlineData("GET", 200, 1)]
    public async Task An_open_websocket_holds_no_place(string method, int status, int inFlight)
    {
        var harness = new PluginHarness().Use("adaptive-concurrency", Two);
        harness.Upstream = exchange =>
        {
            exchange.Response.StatusCode = status;
            exchange.RunUpstreamAnswered();
            harness.Shared.OfType<AdaptiveLimits>().Single().Of(harness.Service!.Id, "").InFlight.ShouldBe(inFlight);
            return [];
        };
        await harness.SendAsync("/", method);
        harness.Shared.OfType<AdaptiveLimits>().Single().Of(harness.Service!.Id, "").InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Signs_of_overload_lower_the_limit_of_that_service_only()
    {
        var harness = new PluginHarness().Use("adaptive-concurrency", new AdaptiveConcurrencyConfig());
        harness.Upstream = exchange =>
        {
            exchange.Timings.Tries = 1;
            exchange.Response.StatusCode = 503;
            harness.Time.Advance(TimeSpan.FromSeconds(1));
            return [];
        };
        await harness.SendAsync();
        var limits = harness.Shared.OfType<AdaptiveLimits>().Single();
        limits.Of(harness.Service!.Id, "").Limit.ShouldBe(18, 0.01);
        limits.Of(Guid.NewGuid(), "").Limit.ShouldBe(20);
    }

    [Fact]
    public async Task Latency_is_that_of_the_upstream()
    {
        var harness = new PluginHarness().Use("adaptive-concurrency", new AdaptiveConcurrencyConfig { MinSamples = 1 });
        harness.Upstream = exchange =>
        {
            exchange.Timings.Tries = 1;
            exchange.Timings.UpstreamStarted = Stopwatch.GetTimestamp();
            exchange.Timings.UpstreamAnswered = exchange.Timings.UpstreamStarted + Stopwatch.Frequency;
            harness.Time.Advance(TimeSpan.FromSeconds(1));
            return [];
        };
        await harness.SendAsync();
        harness.Shared.OfType<AdaptiveLimits>().Single().Of(harness.Service!.Id, "").UsualLatency.ShouldBe(1, 0.001);
    }

    [Fact]
    public async Task Groups_with_less_priority_are_refused_first()
    {
        var read = Files.Read("_format_version: '3.0'\nconsumer_groups: [{name: gold}, {name: lead}]\nconsumers: [{username: ann, groups: [{name: lead}, {name: gold}]}, {username: bob, groups: [{name: lead}]}]");
        var harness = new PluginHarness(read.Document)
            .Use("adaptive-concurrency", new AdaptiveConcurrencyConfig { InitialLimit = 10, DefaultPriority = 0.5, Priorities = new Dictionary<string, double> { ["gold"] = 1, ["lead"] = 0.2 } });
        var limit = await LimitAsync(harness);
        for (var i = 0; i < 5; i++) limit.TryEnter(1).ShouldBeTrue();
        (await StatusAsync("ann")).ShouldBe(200);
        (await StatusAsync("bob")).ShouldBe(503);
        (await StatusAsync(null)).ShouldBe(503);
        limit.Leave(null, false);
        (await StatusAsync(null)).ShouldBe(200);
        (await StatusAsync("bob")).ShouldBe(503);

        async Task<int> StatusAsync(string? consumer) => (await harness.SendAsync(prepare: exchange =>
        {
            if (consumer is not null) exchange.Authenticated(harness.Snapshot.ConsumersByUsername[consumer], credential: null);
        })).Status;
    }

    [Fact]
    public async Task Limits_outlive_reloads_that_leave_their_settings_alone()
    {
        var middleware = new PluginConfig { Id = Guid.NewGuid() };
        var first = new PluginHarness().Use("adaptive-concurrency", Two, middleware);
        var limit = await LimitAsync(first);
        var second = first.Reload(new GatewayDocument(), h => h.Use("adaptive-concurrency", Two with { Message = "later" }, middleware));
        (await LimitAsync(second)).ShouldBeSameAs(limit);
        var third = second.Reload(new GatewayDocument(), h => h.Use("adaptive-concurrency", Two with { MaxLimit = 7 }, middleware));
        (await LimitAsync(third)).ShouldNotBeSameAs(limit);
    }

    [Fact]
    public async Task A_request_allocates_nothing()
    {
        var harness = new PluginHarness().Use("adaptive-concurrency", Two);
        var exchange = (await harness.SendAsync()).Exchange;
        var plugin = exchange.Plan.Record.Single();
        Allocations.Least(() =>
        {
            _ = exchange.RunRequestStages();
            plugin.Record(exchange);
        }).ShouldBe(0);
    }

    [Fact]
    public async Task Limits_and_refusals_are_told()
    {
        var harness = new PluginHarness().Use("adaptive-concurrency", Two, new PluginConfig { Id = Guid.NewGuid(), InstanceName = "guard" });
        await harness.SendAsync();
        var text = new PrometheusText();
        foreach (var source in harness.Shared.OfType<IMetricsSource>()) source.WriteTo(text, null!);
        text.ToString().ShouldContain("gateway_adaptive_limit{middleware=\"guard\",of=\"service\"} 2");
        text.ToString().ShouldContain("gateway_adaptive_shed_total{middleware=\"guard\",of=\"service\"} 0");
    }

    [Theory]
    [InlineData("{min_limit: 10, max_limit: 5}", "min_limit")]
    [InlineData("{initial_limit: 1}", "initial_limit")]
    [InlineData("{tolerance: 0.5}", "tolerance")]
    [InlineData("{priorities: {gold: 2}}", "priorities")]
    [InlineData("{per: planet}", "per")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: adaptive-concurrency, config: {config}}}]").ShouldHaveSingleItem().ShouldContain(says);

    private static async Task<GradientLimit> LimitAsync(PluginHarness harness)
    {
        await harness.SendAsync();
        return harness.Shared.OfType<AdaptiveLimits>().Single().Of(harness.Service!.Id, "");
    }
}
