using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Tests.Counters;

/// <summary>The arithmetic of the three algorithms; <see cref="SharedCountersTests"/> holds Redis to the same.</summary>
public class LocalCountersTests
{
    private static readonly Quota[] TenPerMinute = [new(10, TimeSpan.FromMinutes(1))];

    private readonly ManualTime time = new();

    public LocalCountersTests() => time.Set(new DateTimeOffset(2026, 11, 20, 5, 0, 0, TimeSpan.Zero));

    private int Passing(LocalCounters counters, LimitAlgorithm algorithm, int tries = 100) =>
        Enumerable.Range(0, tries).Count(_ => Count(counters, algorithm, TenPerMinute).Allowed);

    [Fact]
    public void A_fixed_window_begins_at_nothing()
    {
        var counters = new LocalCounters(time, quotaCount: 1);
        Passing(counters, LimitAlgorithm.FixedWindow).ShouldBe(10);
        time.Advance(TimeSpan.FromSeconds(59));
        var refused = Count(counters, LimitAlgorithm.FixedWindow, TenPerMinute);
        (refused.Allowed, refused.Uses[0]).ShouldBe((false, new QuotaUse(10, TimeSpan.FromSeconds(1))));
        time.Advance(TimeSpan.FromSeconds(1));
        Passing(counters, LimitAlgorithm.FixedWindow).ShouldBe(10);
    }

    [Fact]
    public void A_sliding_window_remembers_the_one_before()
    {
        var counters = new LocalCounters(time, quotaCount: 1);
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
        var counters = new LocalCounters(time, quotaCount: 1);
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(10);
        Count(counters, LimitAlgorithm.TokenBucket, TenPerMinute).Uses[0].Reset.ShouldBe(TimeSpan.FromSeconds(6));
        time.Advance(TimeSpan.FromSeconds(18));
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(3);
        time.Advance(TimeSpan.FromHours(1));
        Passing(counters, LimitAlgorithm.TokenBucket).ShouldBe(10);
    }

    [Fact]
    public void What_one_quota_refuses_counts_in_none()
    {
        var counters = new LocalCounters(time, quotaCount: 2);
        Quota[] quotas = [new(2, TimeSpan.FromSeconds(1)), new(5, TimeSpan.FromMinutes(1))];
        Enumerable.Range(0, 10).Count(_ => Count(counters, LimitAlgorithm.FixedWindow, quotas).Allowed).ShouldBe(2);
        time.Advance(TimeSpan.FromSeconds(1));
        var third = Count(counters, LimitAlgorithm.FixedWindow, quotas);
        third.Uses.Select(u => u.Used).ShouldBe([0, 2]);
    }

    [Fact]
    public void What_is_refused_counts_where_it_is_asked_for()
    {
        var counters = new LocalCounters(time, quotaCount: 1);
        for (var i = 0; i < 30; i++) Count(counters, LimitAlgorithm.SlidingWindow, TenPerMinute, countRefused: true);
        time.Advance(TimeSpan.FromSeconds(90));
        Count(counters, LimitAlgorithm.SlidingWindow, TenPerMinute).Uses[0].Used.ShouldBe(15);
    }

    [Fact]
    public void A_million_made_up_callers_stay_inside_the_budget_and_do_not_displace_a_busy_one()
    {
        const long budget = 8 * 1024 * 1024;
        var counters = new LocalCounters(time, quotaCount: 2, budget);
        Quota[] quotas = [new(10, TimeSpan.FromMinutes(1)), new(100, TimeSpan.FromHours(1))];
        for (var i = 0; i < 9; i++) Count(counters, LimitAlgorithm.SlidingWindow, quotas);
        Span<QuotaUse> uses = stackalloc QuotaUse[2];
        for (ulong i = 0; i < 1_000_000; i++) counters.Count(LimitAlgorithm.SlidingWindow, new Caller(i, i), quotas, 1, uses);
        counters.Bytes.ShouldBeInRange(budget / 2, budget);
        Count(counters, LimitAlgorithm.SlidingWindow, quotas).Uses[0].Used.ShouldBe(9);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var counters = new LocalCounters(time, quotaCount: 1);
        Allocations.Least(() => counters.Count(LimitAlgorithm.SlidingWindow, new Caller(1, 2), TenPerMinute, 1, stackalloc QuotaUse[1])).ShouldBe(0);
    }

    private static (bool Allowed, QuotaUse[] Uses) Count(LocalCounters counters, LimitAlgorithm algorithm, Quota[] quotas, bool countRefused = false)
    {
        var uses = new QuotaUse[quotas.Length];
        return (counters.Count(algorithm, new Caller(0, 7), quotas, 1, uses, countRefused), uses);
    }
}
