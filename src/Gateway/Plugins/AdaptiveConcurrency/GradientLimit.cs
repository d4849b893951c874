namespace Sluice.Gateway.Plugins.AdaptiveConcurrency;

/// <summary>What a limit is made with.</summary>
internal sealed record GradientSettings(
    int Initial, int Min, int Max, double Tolerance, double Smoothing, int Queue, TimeSpan Window, int MinSamples, TimeSpan LongWindow, double Backoff);

/// <summary>
/// A limit of requests under way that follows latency, after Netflix's Gradient2: while answers come as fast as usual it grows by a small queue,
/// when they become slower it falls in the same proportion, so that requests queue with their callers and not in the upstream.
/// </summary>
internal sealed class GradientLimit(GradientSettings settings, TimeProvider time)
{
    private readonly Lock gate = new();
    private double limit = settings.Initial;
    private double usual;
    private int inFlight;
    private long shed;

    // The measurement under way.
    private long begun = time.GetTimestamp();
    private double sum;
    private int samples;
    private int most;
    private bool overloaded;

    /// <summary>How many requests may be under way.</summary>
    public double Limit
    {
        get
        {
            lock (gate) return limit;
        }
    }

    /// <summary>Requests under way.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Requests refused.</summary>
    public long Shed => Volatile.Read(ref shed);

    /// <summary>The average latency over the long window, in seconds; 0 before the first measurement.</summary>
    public double UsualLatency
    {
        get
        {
            lock (gate) return usual;
        }
    }

    /// <summary>Counts a request, unless <paramref name="share"/> of the limit is taken. One always passes.</summary>
    public bool TryEnter(double share)
    {
        lock (gate)
        {
            if (inFlight >= Math.Max(1, (int)(limit * share)))
            {
                shed++;
                return false;
            }

            inFlight++;
            if (inFlight > most) most = inFlight;
            return true;
        }
    }

    /// <summary>A request that entered is over.</summary>
    /// <param name="latency">Until the head of the upstream's answer; null when there was none.</param>
    /// <param name="overload">It ended in a way that says that the upstream has too much to do.</param>
    public void Leave(TimeSpan? latency, bool overload)
    {
        lock (gate)
        {
            inFlight--;
            overloaded |= overload;
            if (latency is { } known)
            {
                sum += known.TotalSeconds;
                samples++;
            }

            var elapsed = time.GetElapsedTime(begun);
            if (elapsed < settings.Window || (samples < settings.MinSamples && !overloaded)) return;
            Measured(elapsed);
            begun = time.GetTimestamp();
            sum = 0;
            samples = 0;
            most = inFlight;
            overloaded = false;
        }
    }

    private void Measured(TimeSpan elapsed)
    {
        if (overloaded)
        {
            limit = Math.Max(settings.Min, limit * settings.Backoff);
            return;
        }

        var now = Math.Max(sum / samples, 1e-6);
        usual = usual == 0 ? now : usual + ((now - usual) * (1 - Math.Exp(-elapsed / settings.LongWindow)));

        // After a bad time the average would stay too high for long, and a new one would not be noticed.
        if (usual > 2 * now) usual *= 0.95;

        // A limit that nobody comes near says nothing of the upstream.
        if (most < limit / 2) return;
        var gradient = Math.Clamp(settings.Tolerance * usual / now, 0.5, 1);
        var aim = (limit * gradient) + settings.Queue;
        limit = Math.Clamp(limit + ((aim - limit) * settings.Smoothing), settings.Min, settings.Max);
    }
}
