using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Counters;

/// <summary>How many requests a middleware sent to each of its destinations. Each request counts once, however often it is tried.</summary>
/// <param name="plugin">The plugin's name.</param>
/// <param name="middleware">Tells its middleware apart: the instance's name, or the id.</param>
/// <param name="destinations">Their names, in the order of their numbers.</param>
internal sealed class DestinationCounts(string plugin, string middleware, IReadOnlyList<string> destinations) : IMetricsSource
{
    private readonly StripedCounters counts = new(destinations.Count);

    /// <summary>Counts a request sent to the destination of this number.</summary>
    public void Note(int stripe, int destination) => counts.Add(stripe, destination, 1);

    public long Of(int destination) => counts.Sum(destination);

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_traffic_split_requests_total", "counter", "Requests by the destination that canary or traffic-split chose for them.");
        for (var i = 0; i < destinations.Count; i++)
            text.Part("gateway_traffic_split_requests_total", counts.Sum(i), ("plugin", plugin), ("middleware", middleware), ("destination", destinations[i]));
    }
}
