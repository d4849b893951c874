using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class LeastConnectionsTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private Balancer Create(params int[] weights) => fixture.Weighted(new UpstreamConfig { Name = "u", Algorithm = "least-connections" }, weights);

    [Fact]
    public void Requests_under_way_are_kept_in_the_proportion_of_the_weights()
    {
        var balancer = Create(300, 100);

        for (var i = 0; i < 8; i++) balancer.Choose().Begin();

        balancer.Endpoints.Select(e => e.InFlight).ShouldBe([6, 2]);
    }

    [Fact]
    public void An_endpoint_that_holds_its_requests_gets_no_more()
    {
        var balancer = Create(1, 1);
        var slow = balancer.Choose();
        slow.Begin();

        for (var i = 0; i < 20; i++) balancer.Choose().ShouldNotBe(slow);
    }

    [Fact]
    public void Without_load_the_weights_decide() => Create(3, 1).Count(400).ShouldBe(new Dictionary<int, int> { [1] = 300, [2] = 100 });

    [Fact]
    public void A_tried_endpoint_comes_last_whatever_the_load()
    {
        var balancer = Create(1, 1);
        for (var i = 0; i < 1000; i++) balancer.Endpoints[1].Begin();

        balancer.Choose(null, balancer.Endpoints[0]).ShouldBe(balancer.Endpoints[1]);
    }

    [Fact]
    public void Slow_start_holds_load_back()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u", Algorithm = "least-connections", SlowStart = 10_000 }, 1, 1);
        balancer.SetHealth("10.0.0.2:8080", false);
        balancer.SetHealth("10.0.0.2:8080", true);

        for (var i = 0; i < 110; i++) balancer.Choose().Begin();

        balancer.Endpoints[1].InFlight.ShouldBeInRange(10 - 1, 10 + 1);
    }
}
