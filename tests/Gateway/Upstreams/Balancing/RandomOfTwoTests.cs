using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class RandomOfTwoTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private static readonly UpstreamConfig Upstream = new() { Name = "u", Algorithm = "random" };

    [Fact]
    public void Without_load_the_weights_decide()
    {
        var counts = fixture.Weighted(Upstream, 3, 1).Count(20_000);

        (counts[1] / 20_000.0).ShouldBe(0.75, 0.03);
    }

    [Fact]
    public void Load_stays_nearly_even()
    {
        var balancer = fixture.Weighted(Upstream, 1, 1, 1, 1, 1, 1, 1, 1);

        for (var i = 0; i < 8_000; i++) balancer.Choose().Begin();

        balancer.Endpoints.ShouldAllBe(e => e.InFlight > 950 && e.InFlight < 1050);
    }

    [Fact]
    public void Of_two_the_less_loaded_is_always_taken()
    {
        var balancer = fixture.Weighted(Upstream, 1, 1);
        balancer.Endpoints[0].Begin();

        balancer.Count(100).ShouldBe(new Dictionary<int, int> { [2] = 100 });
    }

    [Fact]
    public void A_retry_goes_elsewhere()
    {
        var balancer = fixture.Weighted(Upstream, 1000, 1, 1);
        var tried = balancer.Endpoints[0];

        for (var i = 0; i < 50; i++) balancer.Choose(null, tried).ShouldNotBe(tried);
    }
}
