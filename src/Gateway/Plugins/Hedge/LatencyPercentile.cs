namespace Sluice.Gateway.Plugins.Hedge;

/// <summary>
/// A percentile of the latest latencies, worked out anew every <see cref="Every"/> answers; reading it costs nothing. Safe from any thread: an answer
/// that two threads write at once may be lost, which no percentile shows.
/// </summary>
/// <param name="percentile">0 to 100.</param>
internal sealed class LatencyPercentile(double percentile)
{
    private const int Kept = 512;
    private const int Every = 32;

    private readonly float[] milliseconds = new float[Kept];
    private int count;
    private long current;

    /// <summary>Null until enough answers have been measured.</summary>
    public TimeSpan? Current => Volatile.Read(ref current) is > 0 and var ticks ? new TimeSpan(ticks) : null;

    public void Add(TimeSpan latency)
    {
        var number = Interlocked.Increment(ref count);
        milliseconds[(uint)(number - 1) % Kept] = (float)latency.TotalMilliseconds;
        if (number % Every == 0) Measure(number < 0 || number > Kept ? Kept : number);
    }

    private void Measure(int known)
    {
        Span<float> sorted = stackalloc float[Kept];
        milliseconds.AsSpan(0, known).CopyTo(sorted);
        sorted = sorted[..known];
        sorted.Sort();
        var at = Math.Clamp((int)Math.Ceiling(percentile / 100 * known) - 1, 0, known - 1);
        Volatile.Write(ref current, Math.Max(1, TimeSpan.FromMilliseconds(sorted[at]).Ticks));
    }
}
