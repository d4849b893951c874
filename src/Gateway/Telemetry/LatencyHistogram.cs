using System.Diagnostics;

namespace Sluice.Gateway.Telemetry;

/// <summary>How long things took, in the buckets that Prometheus expects: cumulative when written, plain when counted.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Upper bounds in seconds; a last bucket takes the rest.</summary>
    public static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly long[] BoundTicks = [.. Bounds.Select(b => (long)(b * Stopwatch.Frequency))];

    private readonly StripedCounters counters = new(Bounds.Length + 2);

    /// <param name="ticks"><see cref="Stopwatch"/> ticks.</param>
    public void Add(int stripe, long ticks)
    {
        var bucket = 0;
        while (bucket < BoundTicks.Length && ticks > BoundTicks[bucket]) bucket++;
        counters.Add(stripe, bucket, 1);
        counters.Add(stripe, Bounds.Length + 1, ticks);
    }

    public long CountIn(int bucket) => counters.Sum(bucket);

    public double SumSeconds => (double)counters.Sum(Bounds.Length + 1) / Stopwatch.Frequency;
}
