using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>The endpoint with the fewest requests under way for its weight; of equal ones, whose turn it is.</summary>
internal sealed class LeastConnections(TimeSpan slowStart) : Algorithm
{
    private readonly TimeSpan slowStart = slowStart;
    private uint turns;

    public override string Name => "least-connections";

    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available) =>
        available.Length == 1 ? new OnlyEndpoint(available[0]) : new Fewest(this, available, RoundRobin.Cycle(available));

    private sealed class Fewest(LeastConnections algorithm, LiveEndpoint[] available, LiveEndpoint[] cycle) : Selector
    {
        public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried)
        {
            var best = cycle[(Interlocked.Increment(ref algorithm.turns) - 1) % (uint)cycle.Length];
            var least = Load(best, tried);
            foreach (var endpoint in available)
            {
                var load = Load(endpoint, tried);
                if (load < least) (best, least) = (endpoint, load);
            }

            return best;
        }

        private double Load(LiveEndpoint endpoint, TriedEndpoints tried) =>
            (endpoint.InFlight / (endpoint.Weight * endpoint.State.SlowStartShare(algorithm.slowStart)))
            + (tried.Contains(endpoint) ? Tried : 0);
    }

    /// <summary>More than any load, so that a tried endpoint comes after all others.</summary>
    private const double Tried = 1e9;
}
