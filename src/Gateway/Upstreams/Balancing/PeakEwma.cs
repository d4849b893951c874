using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// Of two endpoints drawn at random, the one that is likely to answer sooner: its latency (see <see cref="PeakLatency"/>) times the requests
/// that it would then have under way, for its weight.
/// </summary>
internal sealed class PeakEwma(TimeSpan slowStart) : Algorithm
{
    private readonly TimeSpan slowStart = slowStart;

    public override string Name => "latency";

    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available) =>
        available.Length == 1 ? new OnlyEndpoint(available[0]) : new Quicker(this, available);

    private sealed class Quicker(PeakEwma algorithm, LiveEndpoint[] available) : Selector
    {
        public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried)
        {
            var first = Find(Random.Shared.Next(available.Length), tried, other: null);
            var second = Find(Random.Shared.Next(available.Length), tried, other: first);
            return Cost(second) < Cost(first) ? second : first;
        }

        private LiveEndpoint Find(int start, TriedEndpoints tried, LiveEndpoint? other)
        {
            for (var i = 0; i < available.Length; i++)
            {
                var endpoint = available[(start + i) % available.Length];
                if (endpoint != other && !tried.Contains(endpoint)) return endpoint;
            }

            return other ?? available[start];
        }

        private double Cost(LiveEndpoint endpoint)
        {
            var (latency, inFlight) = (endpoint.State.Latency, endpoint.InFlight);
            // One that has not answered yet gets one request to show what it does, and further ones only as if it were slow.
            var seconds = latency.IsKnown ? latency.Seconds : inFlight == 0 ? 0 : PeakLatency.FailurePenalty.TotalSeconds;
            return seconds * (inFlight + 1) / (endpoint.Weight * endpoint.State.SlowStartShare(algorithm.slowStart));
        }
    }
}
