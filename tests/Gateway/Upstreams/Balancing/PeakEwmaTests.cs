using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class PeakEwmaTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private Balancer Create(params int[] weights) => fixture.Weighted(new UpstreamConfig { Name = "u", Algorithm = "latency" }, weights);

    [Fact]
    public void The_quicker_endpoint_gets_the_requests()
    {
        var balancer = Create(1, 1);
        balancer.Endpoints[0].Try(TryOutcome.Answered, 200, milliseconds: 100);
        balancer.Endpoints[1].Try(TryOutcome.Answered, 200, milliseconds: 10);

        balancer.Count(50).ShouldBe(new Dictionary<int, int> { [2] = 50 });
    }

    [Fact]
    public void Load_makes_the_slower_one_worth_while()
    {
        var balancer = Create(1, 1);
        balancer.Endpoints[0].Try(TryOutcome.Answered, 200, milliseconds: 30);
        balancer.Endpoints[1].Try(TryOutcome.Answered, 200, milliseconds: 10);

        for (var i = 0; i < 8; i++) balancer.Choose().Begin();

        balancer.Endpoints.Select(e => e.InFlight).ShouldBe([2, 6]);
    }

    [Fact]
    public void An_endpoint_that_never_answered_is_asked_once_first()
    {
        var balancer = Create(1, 1);
        balancer.Endpoints[0].Try(TryOutcome.Answered, 200, milliseconds: 1);

        balancer.Choose().ShouldBe(balancer.Endpoints[1]);
        balancer.Endpoints[1].Begin();
        balancer.Choose().ShouldBe(balancer.Endpoints[0]);
    }

    [Fact]
    public void Refusing_at_once_does_not_look_quick()
    {
        var balancer = Create(1, 1);
        balancer.Endpoints[0].Try(TryOutcome.Answered, 200, milliseconds: 100);
        balancer.Endpoints[1].Try(TryOutcome.ConnectFailed, milliseconds: 0.1);

        balancer.Choose().ShouldBe(balancer.Endpoints[0]);
    }

    [Fact]
    public void A_peak_counts_at_once_and_fades_in_silence()
    {
        var latency = new PeakLatency(fixture.Time);
        latency.Report(TimeSpan.FromMilliseconds(10), failed: false);
        latency.Report(TimeSpan.FromMilliseconds(500), failed: false);
        latency.Seconds.ShouldBe(0.5, 1e-6);

        fixture.Time.Advance(TimeSpan.FromSeconds(10));
        latency.Seconds.ShouldBe(0.5 / Math.E, 1e-6);
        latency.Report(TimeSpan.FromMilliseconds(10), failed: false);
        latency.Seconds.ShouldBe((0.5 / Math.E) + (0.01 * (1 - (1 / Math.E))), 1e-6);
    }
}
