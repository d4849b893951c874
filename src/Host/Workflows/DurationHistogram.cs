using System.Globalization;
using System.Text;

namespace Sluice.Host.Workflows;

/// <summary>How long something took, in the buckets of a Prometheus histogram.</summary>
internal sealed class DurationHistogram
{
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

    private readonly Lock _lock = new();
    private readonly long[] _within = new long[Bounds.Length];
    private long _total;
    private double _seconds;

    public long Total
    {
        get { lock (_lock) return _total; }
    }

    public void Add(double seconds)
    {
        lock (_lock)
        {
            _total++;
            _seconds += seconds;
            for (var i = 0; i < Bounds.Length; i++)
                if (seconds <= Bounds[i]) _within[i]++;
        }
    }

    public void Write(StringBuilder text, string name, string labels)
    {
        lock (_lock)
        {
            for (var i = 0; i < Bounds.Length; i++) text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{Bounds[i]}\"}} {_within[i]}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"+Inf\"}} {_total}\n{name}_sum{{{labels}}} {_seconds}\n{name}_count{{{labels}}} {_total}\n");
        }
    }
}
