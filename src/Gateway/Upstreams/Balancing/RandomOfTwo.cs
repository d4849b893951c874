using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// Draws two endpoints by weight and takes the one with fewer requests under way for its weight: nearly as even as looking at all of them,
/// and several gateways that do so do not all run to the same endpoint.
/// </summary>
internal sealed class RandomOfTwo(TimeSpan slowStart) : Algorithm
{
    private readonly TimeSpan slowStart = slowStart;

    public override string Name => "random";

    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available) =>
        available.Length == 1 ? new OnlyEndpoint(available[0]) : new Draw(this, RoundRobin.Cycle(available));

    private sealed class Draw(RandomOfTwo algorithm, LiveEndpoint[] cycle) : Selector
    {
        public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried)
        {
            var first = Find(Random.Shared.Next(cycle.Length), tried, other: null);
            var second = Find(Random.Shared.Next(cycle.Length), tried, other: first);
            return Load(second) < Load(first) ? second : first;
        }

        /// <summary>The first endpoint from <paramref name="start"/> on that may be drawn; the one at it when there is none.</summary>
        private LiveEndpoint Find(int start, TriedEndpoints tried, LiveEndpoint? other)
        {
            for (var i = 0; i < cycle.Length; i++)
            {
                var endpoint = cycle[(start + i) % cycle.Length];
                if (endpoint != other && !tried.Contains(endpoint) && (i > 0 || endpoint.State.TakesTurn(algorithm.slowStart))) return endpoint;
            }

            return other ?? cycle[start];
        }

        private static double Load(LiveEndpoint endpoint) => (double)endpoint.InFlight / endpoint.Weight;
    }
}
