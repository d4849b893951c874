using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Canary;
using Sluice.Gateway.Tests.Configuration.Reading;

namespace Sluice.Gateway.Tests.Plugins.Canary;

public class CanaryPluginTests
{
    private static readonly CanaryConfig Elsewhere = new() { UpstreamHost = "next.test", UpstreamPort = 8081 };

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(33.3)]
    [InlineData(100)]
    public async Task Without_a_hash_a_round_of_buckets_gives_exactly_the_share(double percentage)
    {
        var harness = Harness(Elsewhere with { Percentage = percentage, Hash = "none" });
        var moved = 0;
        for (var i = 0; i < 1000; i++)
            if (await IsMovedAsync(harness)) moved++;
        moved.ShouldBe((int)(percentage * 10));
    }

    [Fact]
    public async Task A_caller_stays_in_its_bucket_and_moves_once_as_the_share_grows()
    {
        var moved = new HashSet<int>();
        foreach (var percentage in new[] { 5, 20, 50, 100 })
        {
            var harness = Harness(Elsewhere with { Percentage = percentage, Hash = "header", HashHeader = "X-User" });
            var now = new HashSet<int>();
            for (var user = 0; user < 400; user++)
                if (await IsMovedAsync(harness, ("X-User", $"user-{user}"))) now.Add(user);
            now.IsSupersetOf(moved).ShouldBeTrue();
            now.Count.ShouldBeInRange((percentage * 4) - 50, (percentage * 4) + 50);
            moved = now;
        }
    }

    [Fact]
    public async Task Over_time_one_step_after_another_moves()
    {
        var time = new ManualTime();
        var harness = Harness(Elsewhere with { Start = time.GetUtcNow().ToUnixTimeSeconds() + 100, Duration = 1000, Steps = 10, Hash = "none" }, time);
        (await ShareAsync(harness)).ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(100));
        (await ShareAsync(harness)).ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(100));
        (await ShareAsync(harness)).ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(450));
        (await ShareAsync(harness)).ShouldBe(5);
        time.Advance(TimeSpan.FromSeconds(10000));
        (await ShareAsync(harness)).ShouldBe(10);

        static async Task<int> ShareAsync(PluginHarness harness)
        {
            var moved = 0;
            for (var i = 0; i < 10; i++)
                if (await IsMovedAsync(harness)) moved++;
            return moved;
        }
    }

    [Fact]
    public async Task A_start_that_is_not_given_is_the_first_load_and_outlives_reloads()
    {
        var config = Elsewhere with { Duration = 1000, Steps = 2, Hash = "none" };
        var middleware = new PluginConfig { Id = Guid.NewGuid() };
        var first = new PluginHarness().WithServices().Use("canary", config, middleware);
        first.Time.Advance(TimeSpan.FromSeconds(600));
        var second = first.Reload(new GatewayDocument(), h => h.WithServices().Use("canary", config with { UpstreamPort = 8082 }, middleware));
        var moved = 0;
        for (var i = 0; i < 2; i++)
            if (await IsMovedAsync(second)) moved++;
        moved.ShouldBe(1);
    }

    [Theory]
    [InlineData("allow", "beta", true)]
    [InlineData("allow", "other", false)]
    [InlineData("allow", null, false)]
    [InlineData("deny", "beta", false)]
    [InlineData("deny", "other", true)]
    [InlineData("deny", null, true)]
    public async Task Groups_are_let_in_or_kept_out(string hash, string? group, bool moves)
    {
        var document = TestDocuments.Of(["ann"], _ => group is null ? [] : [new AclGroup { Id = Guid.NewGuid(), Group = group }]);
        var harness = new PluginHarness(document).WithServices().Use("canary", Elsewhere with { Hash = hash, Groups = ["beta"] });
        var result = await harness.SendAsync(prepare: exchange =>
        {
            if (group is not null) Identify(exchange, harness);
        });
        IsMoved(result).ShouldBe(moves);
    }

    [Theory]
    [InlineData("always", 0, true)]
    [InlineData("never", 100, false)]
    [InlineData("perhaps", 100, true)]
    [InlineData("perhaps", 0, false)]
    public async Task Clients_may_choose(string wish, double percentage, bool moves) =>
        (await IsMovedAsync(Harness(Elsewhere with { Percentage = percentage, CanaryByHeaderName = "X-Canary" }), ("X-Canary", wish))).ShouldBe(moves);

    [Fact]
    public async Task The_new_version_is_like_the_service_but_elsewhere()
    {
        var harness = new PluginHarness
        {
            Service = new ServiceConfig { Id = Guid.NewGuid(), Name = "shop", Host = "old.test", Port = 9000, Path = "/v1", ReadTimeout = 1234 },
        }.WithServices().Use("canary", new CanaryConfig { UpstreamHost = "next.test", UpstreamUri = "/v2", Percentage = 100 });
        var exchange = (await harness.SendAsync("/items", prepare: e => e.Upstream.Path = "/v1/items")).Exchange;
        exchange.Destination!.Config.Host.ShouldBe("next.test");
        exchange.Destination.Config.Port.ShouldBe(9000);
        exchange.Destination.Config.ReadTimeout.ShouldBe(1234);
        exchange.Upstream.Path.ShouldBe("/v2/items");
        exchange.Service!.Config.Host.ShouldBe("old.test");
    }

    [Fact]
    public async Task A_path_that_another_plugin_has_set_stays()
    {
        var harness = Harness(new CanaryConfig { UpstreamUri = "/v2", Percentage = 100 });
        (await harness.SendAsync("/items", prepare: e => e.Upstream.Path = "/rewritten")).Exchange.Upstream.Path.ShouldBe("/rewritten");
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    public async Task With_a_fallback_requests_stay_while_the_upstream_has_no_healthy_target(bool fallback, bool healthy, bool moves)
    {
        var upstream = new UpstreamConfig { Id = Guid.NewGuid(), Name = "next.test" };
        var document = new GatewayDocument
        {
            Upstreams = [upstream],
            Targets = [new TargetConfig { Id = Guid.NewGuid(), Upstream = new Reference(upstream.Id), Target = "127.0.0.1:8081" }],
        };
        var harness = new PluginHarness(document).WithServices();
        harness.Snapshot.Upstreams.Single().Balancer.SetHealth("127.0.0.1:8081", healthy);
        harness.Use("canary", Elsewhere with { Percentage = 100, UpstreamFallback = fallback });
        IsMoved(await harness.SendAsync()).ShouldBe(moves);
    }

    [Fact]
    public async Task A_request_allocates_nothing()
    {
        var harness = Harness(Elsewhere with { Percentage = 100, Hash = "header", HashHeader = "X-User", CanaryByHeaderName = "X-Canary" });
        var exchange = (await harness.SendAsync(headers: [("X-User", "ann")])).Exchange;
        Allocations.Least(() => _ = exchange.RunRequestStages()).ShouldBe(0);
    }

    [Theory]
    [InlineData("{percentage: 10}", "at least one of these fields must be non-empty")]
    [InlineData("{upstream_host: a.test, percentage: 101}", "percentage")]
    [InlineData("{upstream_host: a.test, hash: header}", "hash_header")]
    [InlineData("{upstream_host: a.test, hash: allow}", "groups")]
    [InlineData("{upstream_host: a.test, hash: path}", "hash")]
    [InlineData("{upstream_port: 80, upstream_fallback: true}", "upstream_host")]
    [InlineData("{upstream_uri: next}", "upstream_uri")]
    [InlineData("{upstream_host: a.test, steps: 0}", "steps")]
    public void A_wrong_configuration_is_refused(string config, string says) =>
        Files.Problems($"_format_version: '3.0'\nplugins: [{{name: canary, config: {config}}}]").ShouldHaveSingleItem().ShouldContain(says);

    private static PluginHarness Harness(CanaryConfig config, ManualTime? time = null) => new PluginHarness(time: time).WithServices().Use("canary", config);

    private static void Identify(Exchange exchange, PluginHarness harness)
    {
        var plan = exchange.Plan;
        exchange.Match.Route!.Plan ??= plan;
        exchange.Authenticated(harness.Snapshot.ConsumersByUsername["ann"], credential: null);
    }

    private static async Task<bool> IsMovedAsync(PluginHarness harness, params (string, string)[] headers) => IsMoved(await harness.SendAsync(headers: headers));

    private static bool IsMoved(PluginResult result) => result.Exchange.Destination!.Config.Host == "next.test";
}
