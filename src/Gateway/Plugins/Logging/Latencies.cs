using System.Diagnostics;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Kong's latencies of an exchange, in whole milliseconds.</summary>
/// <param name="Request">In all.</param>
/// <param name="Kong">In the gateway before the upstream.</param>
/// <param name="Proxy">Until the upstream's head was there; -1 for what did not come from an upstream.</param>
/// <param name="Receive">For the upstream's body.</param>
internal readonly record struct Latencies(long Request, long Kong, long Proxy, long Receive)
{
    public static Latencies Of(Exchange exchange)
    {
        ref var timings = ref exchange.Timings;
        var ended = timings.Ended != 0 ? timings.Ended : Stopwatch.GetTimestamp();
        var request = Milliseconds(timings.Started, ended);
        if (timings.UpstreamAnswered == 0) return new(request, Milliseconds(timings.Started, timings.Responded), -1, 0);
        return new(
            request,
            Milliseconds(timings.Started, timings.UpstreamStarted),
            Milliseconds(timings.UpstreamStarted, timings.UpstreamAnswered),
            Milliseconds(timings.UpstreamAnswered, timings.UpstreamEnded != 0 ? timings.UpstreamEnded : ended));
    }

    private static long Milliseconds(long from, long to) =>
        from == 0 || to < from ? 0 : (long)Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
