using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Retry;

/// <summary>Sends failed requests again, within a budget.</summary>
internal sealed class RetryPlugin : Plugin
{
    private readonly RetryPluginConfig config;
    private readonly RetryBudget budget;
    private readonly PluginRetryRules rules;

    public RetryPlugin(RetryPluginConfig config, PluginSetup setup)
    {
        this.config = config;
        var (shared, lease, id) = (setup.Shared, setup.Snapshot.Lease, setup.Middleware.Id);
        var label = setup.Middleware.InstanceName ?? id.ToString();
        budget = shared.Get((id, config.Budget), lease, () => new RetryBudget(config.Budget.Ratio, config.Budget.Min, TimeSpan.FromSeconds(config.Budget.Window), setup.Time));
        var counts = shared.Get((id, label), lease, () => new RetryCounts(label));
        rules = new PluginRetryRules(config, budget, counts, setup.Time, setup.Random);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<RetryPlugin, RetryPluginConfig>((c, s) => new RetryPlugin(c, s))
    {
        Name = "retry",
        Summary = "Sends failed requests again: which, how often, after what pause, and within a budget.",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        exchange.RetryRules = rules;
        budget.Deposit();
        return config.Attempts > 1 && config.MaxBody > 0 && rules.MayRepeat(exchange.Upstream.Method) && exchange.BufferedRequestBody is null && exchange.HasRequestBody
            ? KeepBodyAsync(exchange)
            : Verdict.Continue;
    }

    /// <summary>A body that is too large stays unread, or what was read of it is sent on; then there is no second try once some of it has been sent.</summary>
    private async ValueTask<Verdict> KeepBodyAsync(Exchange exchange)
    {
        await exchange.ReadRequestBodyAsync(config.MaxBody);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return default;
    }
}
