using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Hedge;

/// <summary>What came of slow requests, for <c>/metrics</c>.</summary>
internal sealed class HedgeCounts(string middleware) : IMetricsSource
{
    private readonly StripedCounters counts = new(3);

    /// <summary>A second try ended.</summary>
    public void Ended(int stripe, bool won) => counts.Add(stripe, won ? 0 : 1, 1);

    /// <summary>A slow request got no second try, because there were too many of late.</summary>
    public void Refused(int stripe) => counts.Add(stripe, 2, 1);

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) =>
        text.Family("gateway_hedged_requests_total", "counter", "Slow requests by what came of a second try: it was faster, the first was, or the budget had none.")
            .Part("gateway_hedged_requests_total", counts.Sum(0), ("middleware", middleware), ("result", "won"))
            .Part("gateway_hedged_requests_total", counts.Sum(1), ("middleware", middleware), ("result", "lost"))
            .Part("gateway_hedged_requests_total", counts.Sum(2), ("middleware", middleware), ("result", "no_budget"));
}
