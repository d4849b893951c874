using System.Diagnostics;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams;

/// <summary>How long one try may wait: as long as the service's own timeouts say, but not beyond the deadline that the exchange may have for each try.</summary>
internal static class TryLimits
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>What is left of <paramref name="timeout"/>.</summary>
    public static TimeSpan Within(Exchange exchange, TimeSpan timeout) => Within(exchange.TryDeadline, timeout);

    /// <param name="deadline">In ticks of <see cref="Stopwatch"/>; 0 for none.</param>
    /// <param name="timeout">The longest wait without it.</param>
    public static TimeSpan Within(long deadline, TimeSpan timeout)
    {
        if (deadline == 0) return timeout;
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
        return left < Shortest ? Shortest : left < timeout || timeout < TimeSpan.Zero ? left : timeout;
    }

    /// <summary>The deadline has passed.</summary>
    public static bool IsOver(Exchange exchange) => exchange.TryDeadline != 0 && Stopwatch.GetTimestamp() >= exchange.TryDeadline;
}
