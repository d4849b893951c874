using Sluice.Gateway.Configuration;
using Sluice.Gateway.Tests.Upstreams.Dns;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Dns;
using static Sluice.Gateway.Tests.Upstreams.Balancing.BalancerTestExtensions;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class EndpointPoolTests : IDisposable
{
    private readonly TestNameServer server = new();
    private readonly BalancingFixture fixture;

    public EndpointPoolTests()
    {
        var time = new ManualTime();
        fixture = new BalancingFixture(time, new NameResolver(new DnsSettings { Servers = [server.Address], HostsFile = null }, time));
    }

    public void Dispose()
    {
        fixture.Dispose();
        server.Dispose();
    }

    private static async Task<string[]> KeysAsync(Balancer balancer)
    {
        await balancer.ChooseAsync(NewExchange(), default);
        return [.. balancer.Endpoints.Select(e => e.Key)];
    }

    [Fact]
    public async Task All_addresses_of_a_name_are_endpoints_with_the_targets_weight()
    {
        server.Add("a.test", "10.0.0.1", "10.0.0.2").Add("b.test", "10.0.0.3");
        var balancer = fixture.Create(
            new UpstreamConfig { Name = "u" },
            new TargetConfig { Target = "a.test:80", Weight = 10 }, new TargetConfig { Target = "b.test:81", Weight = 20 });

        (await KeysAsync(balancer)).ShouldBe(["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:81"]);
        balancer.Count(40).ShouldBe(new Dictionary<int, int> { [1] = 10, [2] = 10, [3] = 20 }, ignoreOrder: true);
        balancer.Endpoints[0].HostHeader.ShouldBe("a.test");
        balancer.Endpoints[2].HostHeader.ShouldBe("b.test:81");
    }

    [Fact]
    public async Task Service_records_bring_ports_and_weights()
    {
        server.AddService("svc.test", (1, 30, 9001, "h1.test"), (1, 0, 9002, "h2.test")).Add("h1.test", "10.0.0.1").Add("h2.test", "10.0.0.2");
        var balancer = fixture.Create(new UpstreamConfig { Name = "u" }, new TargetConfig { Target = "svc.test:80" });

        (await KeysAsync(balancer)).ShouldBe(["10.0.0.1:9001", "10.0.0.2:9002"]);
        balancer.Count(31)[2].ShouldBe(1);
    }

    [Theory]
    [InlineData(false, "svc.test:9001")]
    [InlineData(true, "h1.test:9001")]
    public async Task Host_is_the_targets_name_or_if_asked_for_that_of_the_service_record(bool useSrvName, string host)
    {
        server.AddService("svc.test", (1, 1, 9001, "h1.test")).Add("h1.test", "10.0.0.1");
        var balancer = fixture.Create(new UpstreamConfig { Name = "u", UseSrvName = useSrvName }, new TargetConfig { Target = "svc.test:80" });
        await KeysAsync(balancer);

        balancer.Choose().HostHeader.ShouldBe(host);
    }

    [Fact]
    public async Task After_its_time_a_name_is_asked_for_in_the_background_while_the_old_addresses_serve()
    {
        server.Add("a.test", 10, "10.0.0.1", "10.0.0.2");
        var balancer = fixture.Create(new ServiceConfig { Host = "a.test" });
        await KeysAsync(balancer);
        var kept = balancer.Endpoints[1];
        kept.Begin();

        server.Add("a.test", 10, "10.0.0.2", "10.0.0.3");
        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        balancer.Choose().Number().ShouldBeOneOf(1, 2);

        await Eventually.HoldsAsync(() => balancer.Endpoints[^1].Number() == 3);
        balancer.Endpoints.Count.ShouldBe(2);
        balancer.Endpoints[0].ShouldBeSameAs(kept, "what is known of an address must outlive the refresh");
    }

    [Fact]
    public async Task A_name_without_an_address_is_told_as_such_and_asked_for_again()
    {
        var balancer = fixture.Create(new ServiceConfig { Host = "none.test" });

        var refused = await balancer.ChooseAsync(NewExchange(), default);
        refused.Error.ShouldBe(BalancingErrors.NameResolutionFailed);
        server.Add("none.test", "10.0.0.1");
        balancer.Refuse().Message.ShouldBe("name resolution failed");

        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        var found = await balancer.ChooseAsync(NewExchange(), default);
        found.Endpoint.ShouldNotBeNull().Number().ShouldBe(1);
    }

    [Fact]
    public async Task A_target_that_cannot_be_resolved_leaves_the_others()
    {
        server.Add("a.test", "10.0.0.1");
        var balancer = fixture.Create(
            new UpstreamConfig { Name = "u" }, new TargetConfig { Target = "none.test:80" }, new TargetConfig { Target = "a.test:80" });

        (await KeysAsync(balancer)).ShouldBe(["10.0.0.1:80"]);
        balancer.GetStatus().Targets.Select(t => t.ResolveError).ShouldBe(["the name does not exist", null]);
    }

    [Fact]
    public async Task An_upstream_is_resolved_before_the_first_request()
    {
        server.Add("a.test", "10.0.0.1");
        var balancer = fixture.Create(new UpstreamConfig { Name = "u" }, new TargetConfig { Target = "a.test:80" });

        await Eventually.HoldsAsync(() => balancer.Endpoints.Count == 1);
    }

    [Fact]
    public async Task An_address_that_a_refresh_adds_starts_slowly()
    {
        server.Add("a.test", 10, "10.0.0.1");
        var balancer = fixture.Create(new UpstreamConfig { Name = "u", SlowStart = 60_000 }, new TargetConfig { Target = "a.test:80" });
        await KeysAsync(balancer);
        server.Add("a.test", 1000, "10.0.0.1", "10.0.0.2");
        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        balancer.Choose();
        await Eventually.HoldsAsync(() => balancer.Endpoints.Count == 2);

        balancer.Count(1100)[2].ShouldBeInRange(90, 110);
    }
}
