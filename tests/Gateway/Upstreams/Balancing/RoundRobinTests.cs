using FsCheck;
using FsCheck.Fluent;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;
using static Sluice.Gateway.Tests.Upstreams.Balancing.BalancerTestExtensions;

namespace Sluice.Gateway.Tests.Upstreams.Balancing;

public sealed class RoundRobinTests : IDisposable
{
    private readonly BalancingFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(75, 25)]
    [InlineData(1, 2, 3, 4)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(0, 50, 50)]
    [InlineData(997, 1009)]
    public void Shares_are_exact_over_a_cycle(params int[] weights)
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, weights);
        var cycle = weights.Sum();

        var counts = balancer.Count(cycle * 3);

        for (var i = 0; i < weights.Length; i++) counts.GetValueOrDefault(i + 1).ShouldBe(weights[i] * 3);
    }

    [Fact]
    public void Turns_of_a_heavy_endpoint_are_spread_as_nginx_spreads_them()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 5, 1, 1);

        var order = Enumerable.Range(0, 7).Select(_ => balancer.Choose().Number());

        order.ShouldBe([1, 1, 2, 1, 3, 1, 1]);
    }

    [Fact]
    public void Weights_without_a_common_divisor_are_rounded_by_little()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 65535, 32768, 1);

        var counts = balancer.Count(40_000);

        (counts[1] / 40_000.0).ShouldBe(65535 / 98304.0, 0.002);
        counts[3].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Shares_are_exact_when_many_threads_choose()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 3, 2, 1);

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => balancer.Count(6_000))));

        counts.Sum(c => c[1]).ShouldBe(12_000);
        counts.Sum(c => c[2]).ShouldBe(8_000);
        counts.Sum(c => c[3]).ShouldBe(4_000);
    }

    [Fact]
    public void A_retry_goes_to_an_endpoint_that_was_not_tried()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 1000, 1);
        var heavy = balancer.Endpoints[0];

        for (var i = 0; i < 10; i++) balancer.Choose(null, heavy).Number().ShouldBe(2);
        balancer.Choose(null, [.. balancer.Endpoints]).ShouldNotBeNull();
    }

    [Fact]
    public void The_share_of_an_unhealthy_endpoint_is_spread_over_the_others()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 1, 1, 1);
        balancer.SetHealth("10.0.0.2:8080", false).ShouldBeTrue();

        var counts = balancer.Count(100);

        counts[1].ShouldBe(50);
        counts[3].ShouldBe(50);
    }

    [Fact]
    public void Slow_start_raises_the_share_bit_by_bit()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u", SlowStart = 10_000 }, 1, 1);
        balancer.SetHealth("10.0.0.2:8080", false);
        balancer.SetHealth("10.0.0.2:8080", true);

        double Share() => balancer.Count(1000)[2] / 1000.0;

        Share().ShouldBe(0.1 / 1.1, 0.02);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Share().ShouldBe(0.5 / 1.5, 0.02);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Share().ShouldBe(0.5, 0.001);
    }

    [Fact]
    public void Endpoints_that_all_start_slowly_share_evenly()
    {
        var upstream = new UpstreamConfig { Name = "u", SlowStart = 10_000 };
        var balancer = fixture.Weighted(upstream, 1, 1);
        foreach (var endpoint in balancer.Endpoints) balancer.SetHealth(endpoint.Key, false);
        foreach (var endpoint in balancer.Endpoints) balancer.SetHealth(endpoint.Key, true);

        balancer.Count(1000)[1].ShouldBeInRange(480, 520);
    }

    [Fact]
    public void A_target_that_a_reload_adds_starts_slowly_and_those_of_the_start_do_not()
    {
        var upstream = new UpstreamConfig { Name = "u", SlowStart = 10_000 };
        fixture.Weighted(upstream, 1, 1).Count(1000)[1].ShouldBe(500);

        var counts = fixture.Reload(() => fixture.Weighted(upstream, 1, 1, 1)).Count(2100);

        counts[1].ShouldBeInRange(980, 1020);
        counts[3].ShouldBeInRange(80, 120);
    }

    [Fact]
    public void Choosing_allocates_nothing()
    {
        var balancer = fixture.Weighted(new UpstreamConfig { Name = "u" }, 2, 1);
        var exchange = NewExchange();
        balancer.Choose(exchange);

        Allocations.Least(() =>
        {
            for (var i = 0; i < 1000; i++) _ = balancer.ChooseAsync(exchange, default);
        }).ShouldBe(0);
    }

    [Fact]
    public void Cycle_is_a_round_robin_of_all_endpoints_for_any_weights()
    {
        Prop.ForAll<int[]>(weights =>
        {
            var positive = weights.Select(w => Math.Abs(w % 50) + 1).Take(20).ToArray();
            if (positive.Length == 0) return true;
            using var own = new BalancingFixture();
            var endpoints = own.Weighted(new UpstreamConfig { Name = "u" }, positive).Endpoints.Cast<LiveEndpoint>().ToArray();
            var cycle = RoundRobin.Cycle(endpoints);
            return endpoints.All(e => cycle.Count(c => c == e) * positive.Sum() == e.Weight * cycle.Length);
        }).QuickCheckThrowOnFailure();
    }
}
