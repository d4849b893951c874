using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Tests.Counters;

/// <summary>The arithmetic of the three algorithms; <see cref="SharedCountersTests"/> holds Redis to the same.</summary>
public class LocalCountersTests
{
    private static readonly Quota[] TenPerMinute = [new(10, TimeSpan.FromMinutes(1))];

    private readonly ManualTime time = new();

    public LocalCountersTests() => time.Set(new DateTimeOffset(2026, 11, 20, 5, 0, 0, TimeSpan.Zero));

    private int Passing(LocalCounters counters, LimitAlgorithm algorithm, int tries = 100) =>
        Enumerable.Range(0, tries).Count(_ => counters.Count(algorithm, "k", TenPerMinute, 1).Allowed);

    [Fact]
    public void A_fixed_window_begins_at_nothing()
    {
        var counters = new LocalCounters(time);
        Passing(counters, LimitAlgorithm.FixedWindow).ShouldBe(10);
        time.Advance(TimeSpan.FromSeconds(59));
        var refused = counters.Count(LimitAlgorithm.FixedWindow, "k", TenPerMinute, 1);
        (refused.Allowed, refused.Uses[0]).ShouldBe((false, new QuotaUse(10, TimeSpan.FromSeconds(1))));
        time.Advance(TimeSpan.FromSeconds(1));
        Passing(counters, LimitAlgorithm.FixedWindow).ShouldBe(10);
    }

    [Fact]
    public void A_sliding_window_remembers_the_one_before()
    {
        var counters = new LocalCounters(time);
        Passing(counters, LimitAlgorithm.SlidingWindow).ShouldBe(10);
        time.Advance(TimeSpan.FromSeconds(60));
        Passing(counters, LimitAlgorithm.SlidingWindow).ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(30));
        Passing(counters, LimitAlgorithm.SlidingWindow).ShouldBe(5);
        time.Advance(TimeSpan.FromSeconds(90));
        Passing(counters, LimitAlgorithm.SlidingWindow).ShouldBe(10);
    }

    [Fact]
    public void A_bucket_fills_up_evenly()
    {
        var counters = new LocalCounters(time);
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(10);
        counters.Count(LimitAlgorithm.TokenBucket, "k", TenPerMinute, 1).Uses[0].Reset.ShouldBe(TimeSpan.FromSeconds(6));
        time.Advance(TimeSpan.FromSeconds(18));
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(3);
        time.Advance(TimeSpan.FromHours(1));
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(10);
    }

    [Fact]
    public void What_one_quota_refuses_counts_in_none()
    {
        var counters = new LocalCounters(time);
        Quota[] quotas = [new(2, TimeSpan.FromSeconds(1)), new(5, TimeSpan.FromMinutes(1))];
        Enumerable.Range(0, 10).Count(_ => counters.Count(LimitAlgorithm.FixedWindow, "k", quotas, 1).Allowed).ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(1));
        var third = counters.Count(LimitAlgorithm.FixedWindow, "k", quotas, 1);
        third.Uses.Select(u => u.Used).ShouldBe([0, 2]);
    }

    [Fact]
    public void Made_up_keys_do_not_fill_the_memory()
    {
        var counters = new LocalCounters(time, maxKeys: 1600);
        for (var i = 0; i < 20_000; i++) counters.Count(LimitAlgorithm.FixedWindow, $"k{i}", TenPerMinute, 1);
        counters.KeyCount.ShouldBeLessThanOrEqualTo(1600);
    }
}
