using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Hedge;

/// <summary>Gives slow requests a second try beside the first, and passes on whichever answers first.</summary>
internal sealed class HedgePlugin : Plugin
{
    private readonly string[] methods;
    private readonly RetryBudget budget;
    private readonly LatencyPercentile? latencies;
    private readonly PluginHedgeRules rules;

    public HedgePlugin(HedgeConfig config, PluginSetup setup)
    {
        methods = [.. config.Methods];
        var (shared, lease, id) = (setup.Shared, setup.Snapshot.Lease, setup.Middleware.Id);
        var label = setup.Middleware.InstanceName ?? id.ToString();
        var window = TimeSpan.FromSeconds(config.BudgetWindow);
        budget = shared.Get((id, config.BudgetRatio, config.BudgetMin, window), lease, () => new RetryBudget(config.BudgetRatio, config.BudgetMin, window, setup.Time));
        latencies = config.Percentile is { } percentile ? shared.Get((id, percentile), lease, () => new LatencyPercentile(percentile)) : null;
        var counts = shared.Get((id, label), lease, () => new HedgeCounts(label));
        rules = new PluginHedgeRules(config, budget, latencies, counts, setup.Time);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<HedgePlugin, HedgeConfig>((c, s) => new HedgePlugin(c, s))
    {
        Name = "hedge",
        Summary = "Gives slow safe requests a second try beside the first, and passes on whichever answers first.",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (!methods.AsSpan().Contains(exchange.Upstream.Method) || !CanBeSentTwice(exchange)) return Verdict.Continue;
        exchange.HedgeRules = rules;
        budget.Deposit();
        return Verdict.Continue;
    }

    public override void Record(Exchange exchange)
    {
        ref readonly var timings = ref exchange.Timings;
        if (latencies is not null && exchange.HedgeRules == rules && timings.UpstreamAnswered != 0)
            latencies.Add(Stopwatch.GetElapsedTime(timings.UpstreamStarted, timings.UpstreamAnswered));
    }

    /// <summary>It has no body, which can be read only once, and does not turn the connection into something else.</summary>
    private static bool CanBeSentTwice(Exchange exchange) =>
        exchange.BufferedRequestBody is null
        && exchange.Request.ContentLength is null or 0
        && exchange.Request.Headers.Upgrade.Count == 0
        && exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };
}
