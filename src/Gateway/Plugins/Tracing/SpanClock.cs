using System.Diagnostics;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Turns the <see cref="Stopwatch"/> ticks of an exchange that is over into times.</summary>
/// <param name="now">The time at <paramref name="ticks"/>.</param>
internal readonly struct SpanClock(DateTimeOffset now, long ticks)
{
    public SpanClock(TimeProvider time)
        : this(time.GetUtcNow(), Stopwatch.GetTimestamp())
    {
    }

    /// <summary>Now, in ticks.</summary>
    public long Now => ticks;

    /// <summary>Nanoseconds since 1970.</summary>
    public long Nanoseconds(long at) => (now - DateTimeOffset.UnixEpoch - Stopwatch.GetElapsedTime(at, ticks)).Ticks * 100;

    /// <summary>Microseconds since 1970.</summary>
    public long Microseconds(long at) => Nanoseconds(at) / 1000;
}
