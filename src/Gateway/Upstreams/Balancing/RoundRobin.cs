using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// Each endpoint in turn, as often as its weight says, spread as evenly over the cycle as nginx's smooth weighted round robin does. The cycle
/// is compiled; a choice takes one number from a counter that all loops share, so that the shares are exact however requests arrive.
/// </summary>
internal sealed class RoundRobin(TimeSpan slowStart) : Algorithm
{
    /// <summary>Longer cycles are shortened, at the price of a rounding of the shares of less than 0.1 %.</summary>
    private const int LongestCycle = 4096;

    private readonly TimeSpan slowStart = slowStart;
    private uint turns;

    public override string Name => "round-robin";

    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available) =>
        available.Length == 1 ? new OnlyEndpoint(available[0]) : new Turns(this, Cycle(available));

    /// <summary>The smooth sequence of <paramref name="endpoints"/> in which each occurs as often as its weight says.</summary>
    public static LiveEndpoint[] Cycle(LiveEndpoint[] endpoints)
    {
        var weights = Shorten([.. endpoints.Select(e => (long)e.Weight)]);
        var total = weights.Sum();
        var current = new long[endpoints.Length];
        var cycle = new LiveEndpoint[total];
        for (var turn = 0; turn < cycle.Length; turn++)
        {
            var best = 0;
            for (var i = 0; i < current.Length; i++)
            {
                current[i] += weights[i];
                if (current[i] > current[best]) best = i;
            }

            current[best] -= total;
            cycle[turn] = endpoints[best];
        }

        return cycle;
    }

    private static long[] Shorten(long[] weights)
    {
        var divisor = weights.Aggregate(GreatestCommonDivisor);
        var shortest = weights.Sum() / divisor;
        var longest = Math.Max(LongestCycle, weights.Length);
        return shortest <= longest
            ? [.. weights.Select(w => w / divisor)]
            : [.. weights.Select(w => Math.Max(1, (long)Math.Round((double)w / divisor * longest / shortest)))];
    }

    private static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private sealed class Turns(RoundRobin algorithm, LiveEndpoint[] cycle) : Selector
    {
        // One more than a cycle, so that endpoints that all start slowly at once are passed over evenly.
        private readonly int mostPassedOver = Math.Min(cycle.Length, 64) + 1;

        public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried)
        {
            var turn = TakeTurn();
            if (tried.Count > 0) return FindUntried(turn, tried);
            for (var passedOver = 0; passedOver < mostPassedOver; passedOver++)
            {
                var endpoint = cycle[turn];
                if (endpoint.State.TakesTurn(algorithm.slowStart)) return endpoint;
                turn = TakeTurn();
            }

            return cycle[turn];
        }

        private int TakeTurn() => (int)((Interlocked.Increment(ref algorithm.turns) - 1) % (uint)cycle.Length);

        private LiveEndpoint FindUntried(int turn, TriedEndpoints tried)
        {
            for (var i = 0; i < cycle.Length; i++)
            {
                var endpoint = cycle[(turn + i) % cycle.Length];
                if (!tried.Contains(endpoint)) return endpoint;
            }

            return cycle[turn];
        }
    }
}
