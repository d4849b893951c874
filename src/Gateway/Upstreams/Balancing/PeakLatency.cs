namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// The peak-sensitive moving average of an endpoint's latency: a slower answer counts at once, quicker ones bring it down over
/// <see cref="Decay"/>, and so does silence, so that an endpoint that was slow once is tried again. Lock-free: of two reports at the
/// same instant one may be lost.
/// </summary>
internal sealed class PeakLatency
{
    /// <summary>The time after which an old value weighs 1/e.</summary>
    public static readonly TimeSpan Decay = TimeSpan.FromSeconds(10);

    /// <summary>What a failure counts as at least: refusing at once must not look quick.</summary>
    public static readonly TimeSpan FailurePenalty = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private double seconds;
    private long at;

    public PeakLatency(TimeProvider time) => this.time = time;

    /// <summary>Whether there has been a report.</summary>
    public bool IsKnown => Volatile.Read(ref at) != 0;

    /// <summary>The average as it has decayed by now, in seconds; 0 before the first report.</summary>
    public double Seconds
    {
        get
        {
            var stamp = Volatile.Read(ref at);
            if (stamp == 0) return 0;
            return Volatile.Read(ref seconds) * Weight(time.GetElapsedTime(stamp));
        }
    }

    public void Report(TimeSpan elapsed, bool failed)
    {
        var sample = Math.Max(elapsed.TotalSeconds, failed ? FailurePenalty.TotalSeconds : 1e-6);
        var now = Math.Max(time.GetTimestamp(), 1);
        var stamp = Volatile.Read(ref at);
        var old = Volatile.Read(ref seconds);
        if (stamp != 0 && sample < old)
        {
            var weight = Weight(time.GetElapsedTime(stamp, now));
            sample = (old * weight) + (sample * (1 - weight));
        }

        Volatile.Write(ref seconds, sample);
        Volatile.Write(ref at, now);
    }

    private static double Weight(TimeSpan age) => Math.Exp(-Math.Max(0, age.TotalSeconds) / Decay.TotalSeconds);
}
