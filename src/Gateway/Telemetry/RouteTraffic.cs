using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Telemetry;

/// <summary>What has been counted of one route since the start. Reading it costs the requests nothing.</summary>
public sealed record RouteTraffic
{
    /// <summary>The route's name, or its id; empty for requests that matched none, <c>(other)</c> for all routes beyond the first 2,000.</summary>
    public required string Route { get; init; }

    public required string Service { get; init; }

    public required IReadOnlyList<RequestTally> Requests { get; init; }

    /// <summary>What the gateway answered itself, by the code of the error.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Tries beyond the first of each request.</summary>
    public required long Retries { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    /// <summary>From the head of the request to the end of the response.</summary>
    public required LatencyTally Duration { get; init; }

    /// <summary>From the first try to the head of the upstream's answer.</summary>
    public required LatencyTally Upstream { get; init; }

    /// <summary>Everything that has been asked for so far, route by route.</summary>
    public static IReadOnlyList<RouteTraffic> Read(GatewayRuntime runtime) => [.. runtime.Metrics.Meters.Select(Read)];

    /// <summary>Client connections that are open now.</summary>
    public static long OpenConnections(GatewayRuntime runtime) => runtime.Metrics.Connections.Open;

    private static RouteTraffic Read(RouteMeter meter) => new()
    {
        Route = meter.Route,
        Service = meter.Service,
        Requests = [.. meter.Requests.Select(r => new RequestTally(r.Method, r.Status, r.Value.Sum(0)))],
        Errors = meter.Errors.ToDictionary(e => e.Code, e => e.Value.Sum(0), StringComparer.Ordinal),
        Retries = meter.Retries,
        BytesIn = meter.BytesIn,
        BytesOut = meter.BytesOut,
        Duration = LatencyTally.Of([meter.Duration]),
        Upstream = LatencyTally.Of([meter.Upstream]),
    };
}

/// <summary>How often requests of one method were answered with one status.</summary>
public sealed record RequestTally(string Method, int Status, long Count);

/// <summary>How long things took, in buckets.</summary>
/// <param name="Bounds">The upper bounds of the buckets in seconds, rising.</param>
/// <param name="Counts">How many fell into each, and in the last place how many took longer.</param>
/// <param name="SumSeconds">All of them together.</param>
public sealed record LatencyTally(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double SumSeconds)
{
    public static LatencyTally None { get; } = Of([]);

    public long Count => Counts.Sum();

    /// <summary>Both together.</summary>
    public LatencyTally Plus(LatencyTally other) => new(Bounds, [.. Counts.Zip(other.Counts, static (a, b) => a + b)], SumSeconds + other.SumSeconds);

    /// <summary>The time that the share <paramref name="quantile"/> stayed below, to the precision of the buckets; null without any.</summary>
    public double? Quantile(double quantile)
    {
        var wanted = quantile * Count;
        if (wanted <= 0) return null;
        double seen = 0;
        for (var i = 0; i < Bounds.Count; i++)
        {
            if (seen + Counts[i] >= wanted)
            {
                var lower = i == 0 ? 0 : Bounds[i - 1];
                return lower + (Bounds[i] - lower) * (wanted - seen) / Counts[i];
            }

            seen += Counts[i];
        }

        return Bounds[^1];
    }

    internal static LatencyTally Of(IReadOnlyList<LatencyHistogram> histograms)
    {
        var bounds = LatencyHistogram.DefaultBounds;
        return new LatencyTally(
            bounds,
            [.. Enumerable.Range(0, bounds.Count + 1).Select(bucket => histograms.Sum(h => h.CountIn(bucket)))],
            histograms.Sum(h => h.SumSeconds));
    }
}
