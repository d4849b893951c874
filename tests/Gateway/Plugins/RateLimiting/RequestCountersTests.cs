using System.Net;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Tests.Plugins.RateLimiting;

public class RequestCountersTests
{
    private static readonly Window[] Second = [Window.All[0]];

    [Fact]
    public async Task Concurrent_requests_are_counted_exactly()
    {
        var counters = new RequestCounters();
        var passed = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
                if (Count(counters, Caller.From(IPAddress.Loopback), 25_000) < 0)
                    Interlocked.Increment(ref passed);
        })));
        passed.ShouldBe(25_000);
    }

    [Fact]
    public void A_million_callers_keep_their_counts_in_bounded_memory()
    {
        var counters = new RequestCounters();
        var refused = 0;
        for (var i = 0; i < 1_000_000; i++)
            if (Count(counters, new Caller((ulong)i << 40, 7), 1) >= 0)
                refused++;
        refused.ShouldBe(0);
        for (var i = 0; i < 1_000_000; i += 997) Count(counters, new Caller((ulong)i << 40, 7), 1).ShouldBe(0);
        (counters.Capacity * 24).ShouldBeLessThan(120L * 1024 * 1024);
    }

    [Fact]
    public void Made_up_callers_cannot_grow_the_tables_without_end_nor_push_out_a_busy_one()
    {
        var counters = new RequestCounters(maxCallers: 10_000);
        var busy = Caller.From("busy");
        for (var i = 0; i < 50; i++) Count(counters, busy, 100);
        for (var i = 0; i < 200_000; i++) Count(counters, Caller.From("made up " + i), 100);
        counters.Capacity.ShouldBeLessThanOrEqualTo(16_384);
        Count(counters, busy, 50).ShouldBe(0);
    }

    [Fact]
    public void Windows_that_are_over_make_room()
    {
        var counters = new RequestCounters();
        for (var now = 0; now < 50; now++)
            for (var i = 0; i < 1000; i++)
                Count(counters, new Caller((ulong)((now * 1000) + i), 1), 5, now);
        counters.Capacity.ShouldBeLessThan(16_384);
    }

    private static int Count(RequestCounters counters, Caller caller, double limit, long now = 1000)
    {
        Span<uint> counts = stackalloc uint[1];
        return counters.TryCount(caller, Second, [limit], now, counts);
    }
}
