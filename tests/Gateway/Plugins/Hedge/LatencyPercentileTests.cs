using Sluice.Gateway.Plugins.Hedge;

namespace Sluice.Gateway.Tests.Plugins.Hedge;

public class LatencyPercentileTests
{
    [Fact]
    public void It_is_that_of_the_latest_answers()
    {
        var latencies = new LatencyPercentile(90);
        for (var i = 0; i < 31; i++) latencies.Add(TimeSpan.FromMilliseconds(1));
        latencies.Current.ShouldBeNull();
        for (var i = 1; i <= 1001; i++) latencies.Add(TimeSpan.FromMilliseconds(i % 100 + 1));
        latencies.Current!.Value.TotalMilliseconds.ShouldBe(90, 2);
        for (var i = 0; i < 512; i++) latencies.Add(TimeSpan.FromMilliseconds(7));
        latencies.Current!.Value.TotalMilliseconds.ShouldBe(7, 0.01);
    }

    [Fact]
    public void An_answer_allocates_nothing()
    {
        var latencies = new LatencyPercentile(99);
        Allocations.Least(() =>
        {
            for (var i = 0; i < 100; i++) latencies.Add(TimeSpan.FromMilliseconds(i));
        }).ShouldBe(0);
    }
}
