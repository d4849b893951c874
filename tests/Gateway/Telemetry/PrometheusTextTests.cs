using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Tests.Telemetry;

public class PrometheusTextTests
{
    [Fact]
    public void Samples_of_a_family_stand_together_whoever_adds_them()
    {
        var text = new PrometheusText();
        text.Family("a", "counter", "A.").Sample("a", 1, ("x", "1"));
        text.Family("b", "gauge", "B.").Sample("b", 2.5);
        text.Family("a", "counter", "A.").Sample("a", 3, ("x", "2"));
        text.ToString().ShouldBe("# HELP a A.\n# TYPE a counter\na{x=\"1\"} 1\na{x=\"2\"} 3\n# HELP b B.\n# TYPE b gauge\nb 2.5\n");
    }

    [Fact]
    public void Labels_are_escaped() =>
        new PrometheusText().Family("a", "gauge", "A.").Sample("a", 1, ("x", "q\"b\\n\n")).ToString().ShouldContain("a{x=\"q\\\"b\\\\n\\n\"} 1");

    [Fact]
    public void Histogram_buckets_are_cumulative()
    {
        var histogram = new LatencyHistogram([0.001, 0.01]);
        foreach (var ms in new[] { 0.5, 5, 5, 50 }) histogram.Add(0, (long)(ms * System.Diagnostics.Stopwatch.Frequency / 1000));
        var text = new PrometheusText().Family("h", "histogram", "H.").Histogram("h", histogram, 1).ToString();
        text.ShouldContain("h_bucket{le=\"0.001\"} 1\nh_bucket{le=\"0.01\"} 3\nh_bucket{le=\"+Inf\"} 4\nh_sum 0.0605");
        text.ShouldEndWith("h_count 4\n");
    }

    [Fact]
    public void Counting_allocates_nothing_once_warm()
    {
        var meter = new RouteMeter("r", "s");
        var timings = new ExchangeTimings { Started = 1, Ended = 1000, UpstreamStarted = 1, UpstreamAnswered = 500, ResponseBytes = 10 };
        meter.Record(0, "GET", 200, timings);
        var counted = 1;
        Allocations.Least(() =>
        {
            for (var i = 0; i < 1000; i++) meter.Record(0, "GET", 200, timings);
            counted += 1000;
        }).ShouldBe(0);
        meter.Requests.ShouldHaveSingleItem().Value.Sum(0).ShouldBe(counted);
    }

    [Fact]
    public void Methods_that_clients_make_up_share_a_label()
    {
        var meter = new RouteMeter("r", "s");
        foreach (var method in new[] { "BREW", "WHEN", "GET" }) meter.Record(0, method, 200, default);
        meter.Requests.Select(r => r.Method).ShouldBe(["other", "GET"]);
    }
}
