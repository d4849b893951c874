using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Hedge;

/// <summary>The rules that <c>hedge</c> is configured with.</summary>
internal sealed class PluginHedgeRules(HedgeConfig config, RetryBudget budget, LatencyPercentile? latencies, HedgeCounts counts, TimeProvider time) : HedgeRules
{
    private readonly TimeSpan delay = TimeSpan.FromMilliseconds(config.Delay);
    private readonly TimeSpan least = TimeSpan.FromMilliseconds(config.MinDelay);
    private readonly TimeSpan most = TimeSpan.FromMilliseconds(config.MaxDelay);

    public override TimeProvider Time => time;

    public override TimeSpan Delay =>
        latencies?.Current is not { } known ? delay
        : known < least ? least
        : known > most ? most
        : known;

    public override bool Allows(Exchange exchange)
    {
        if (budget.TryWithdraw()) return true;
        counts.Refused(exchange.LoopIndex);
        return false;
    }

    public override void Ended(Exchange exchange, bool won) => counts.Ended(exchange.LoopIndex, won);
}
