using System.Diagnostics;

namespace Sluice.Gateway.Telemetry;

/// <summary>How long things took, in buckets; those beyond the last bound have one of their own.</summary>
/// <param name="bounds">Upper bounds in seconds, rising.</param>
internal sealed class LatencyHistogram(IReadOnlyList<double> bounds)
{
    private readonly long[] boundTicks = [.. bounds.Select(b => (long)(b * Stopwatch.Frequency))];
    private readonly StripedCounters counters = new(bounds.Count + 2);

    /// <summary>With the bounds that suit a fast proxy: 0.5 ms to a minute.</summary>
    public LatencyHistogram()
        : this(DefaultBounds)
    {
    }

    public static IReadOnlyList<double> DefaultBounds { get; } =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    public IReadOnlyList<double> Bounds { get; } = bounds;

    public double SumSeconds => (double)counters.Sum(Bounds.Count + 1) / Stopwatch.Frequency;

    /// <param name="ticks"><see cref="Stopwatch"/> ticks.</param>
    public void Add(int stripe, long ticks)
    {
        var bucket = 0;
        while (bucket < boundTicks.Length && ticks > boundTicks[bucket]) bucket++;
        counters.Add(stripe, bucket, 1);
        counters.Add(stripe, boundTicks.Length + 1, ticks);
    }

    public long CountIn(int bucket) => counters.Sum(bucket);
}
