using Sluice.Gateway.Plugins.AdaptiveConcurrency;

namespace Sluice.Gateway.Tests.Plugins.AdaptiveConcurrency;

public class GradientLimitTests
{
    private static readonly GradientSettings Settings = new(
        Initial: 20, Min: 5, Max: 100, Tolerance: 1.5, Smoothing: 0.2, Queue: 4, Window: TimeSpan.FromMilliseconds(100), MinSamples: 10,
        LongWindow: TimeSpan.FromSeconds(60), Backoff: 0.9);

    private readonly ManualTime time = new();

    [Fact]
    public void It_grows_while_it_is_used_and_answers_come_as_usual()
    {
        var limit = new GradientLimit(Settings, time);
        for (var i = 0; i < 20; i++) Measure(limit, requests: 20, TimeSpan.FromMilliseconds(10));
        limit.Limit.ShouldBeGreaterThan(25);
        for (var i = 0; i < 500; i++) Measure(limit, (int)limit.Limit, TimeSpan.FromMilliseconds(10));
        limit.Limit.ShouldBe(100);
    }

    [Fact]
    public void It_stays_while_nobody_comes_near_it()
    {
        var limit = new GradientLimit(Settings, time);
        for (var i = 0; i < 50; i++) Measure(limit, requests: 9, TimeSpan.FromMilliseconds(10), rounds: 2);
        limit.Limit.ShouldBe(20);
    }

    [Fact]
    public void It_falls_when_answers_become_slow_and_comes_back()
    {
        var limit = new GradientLimit(Settings with { Initial = 60 }, time);
        for (var i = 0; i < 20; i++) Measure(limit, 60, TimeSpan.FromMilliseconds(10));
        var before = limit.Limit;
        for (var i = 0; i < 30; i++) Measure(limit, (int)limit.Limit, TimeSpan.FromMilliseconds(100));
        var bad = limit.Limit;
        bad.ShouldBeLessThan(before / 2);
        for (var i = 0; i < 200; i++) Measure(limit, (int)limit.Limit, TimeSpan.FromMilliseconds(10));
        limit.Limit.ShouldBeGreaterThan(bad * 2);
    }

    [Fact]
    public void It_falls_once_for_a_measurement_with_signs_of_overload_but_not_below_the_least()
    {
        var limit = new GradientLimit(Settings, time);
        Measure(limit, 10, latency: null, overload: true);
        limit.Limit.ShouldBe(18, 0.01);
        for (var i = 0; i < 100; i++) Measure(limit, 5, latency: null, overload: true);
        limit.Limit.ShouldBe(5);
    }

    /// <summary>An upstream that answers 10 at a time at its usual speed and queues the rest, asked by more callers than it can serve.</summary>
    [Fact]
    public void It_settles_near_what_an_upstream_can_do()
    {
        const int Capacity = 10;
        var limit = new GradientLimit(Settings, time);
        for (var i = 0; i < 10; i++) Measure(limit, Capacity, TimeSpan.FromMilliseconds(10));
        for (var i = 0; i < 100; i++)
        {
            var inside = (int)limit.Limit;
            Measure(limit, inside, TimeSpan.FromMilliseconds(10.0 * Math.Max(1, (double)inside / Capacity)));
        }

        limit.Limit.ShouldBeInRange(Capacity, 4 * Capacity);
    }

    [Fact]
    public void Beyond_it_requests_are_shed_and_a_share_is_reached_earlier()
    {
        var limit = new GradientLimit(Settings, time);
        for (var i = 0; i < 10; i++) limit.TryEnter(0.5).ShouldBeTrue();
        limit.TryEnter(0.5).ShouldBeFalse();
        for (var i = 0; i < 10; i++) limit.TryEnter(1).ShouldBeTrue();
        limit.TryEnter(1).ShouldBeFalse();
        limit.InFlight.ShouldBe(20);
        limit.Shed.ShouldBe(2);
        limit.Leave(latency: null, overload: false);
        limit.TryEnter(1).ShouldBeTrue();
    }

    [Fact]
    public void However_small_a_share_one_passes()
    {
        var limit = new GradientLimit(Settings, time);
        limit.TryEnter(0.001).ShouldBeTrue();
        limit.TryEnter(0.001).ShouldBeFalse();
    }

    private void Measure(GradientLimit limit, int requests, TimeSpan? latency, bool overload = false, int rounds = 1)
    {
        for (var round = 0; round < rounds; round++)
        {
            var entered = 0;
            for (var i = 0; i < requests; i++)
                if (limit.TryEnter(1)) entered++;
            if (round == rounds - 1) time.Advance(Settings.Window);
            for (var i = 0; i < entered; i++) limit.Leave(latency, overload);
        }
    }
}
