using System.Globalization;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.AiRateLimitingAdvanced;

/// <summary>The windows of one provider and what is counted in them, made when the snapshot is built.</summary>
internal sealed class ProviderLimit
{
    private readonly LimitAlgorithm algorithm;
    private readonly SharedCounters counters;
    private readonly string scope;

    public ProviderLimit(AiLimitConfig config, LimitAlgorithm algorithm, string scope, RedisClient? redis, PluginSetup setup)
    {
        this.algorithm = algorithm;
        this.scope = $"ai:{scope}:{config.Name}";
        Provider = config.Name;
        Quotas = [.. config.Limit.Zip(config.WindowSize, (limit, seconds) => new Quota(limit, TimeSpan.FromMilliseconds(Math.Round(seconds * 1000))))];
        Headers = [.. config.WindowSize.Select(s => $"{NameOf(s)}-{config.Name}")];
        var windows = string.Join(',', Quotas.Select(q => (long)q.Window.TotalMilliseconds));
        counters = setup.Shared.Get((this.scope, algorithm, windows, redis), setup.Snapshot.Lease, () => new SharedCounters(redis, setup.Time, Quotas.Length));
    }

    public string Provider { get; }

    public Quota[] Quotas { get; }

    /// <summary>How names of header fields end: <c>minute-openai</c>, <c>30-openai</c>.</summary>
    public string[] Headers { get; }

    /// <summary>What a caller has used of each window.</summary>
    public async ValueTask<QuotaUse[]> LookAsync(CallerKey caller)
    {
        if (!counters.IsLocal) return [.. (await counters.CountAsync(algorithm, $"{scope}:{caller.Name}", Quotas, cost: 0)).Uses];
        var uses = new QuotaUse[Quotas.Length];
        counters.CountHere(algorithm, caller.Here, Quotas, 0, uses);
        return uses;
    }

    /// <summary>Counts what was used, over the limit too; where the counts are elsewhere, without waiting.</summary>
    public void Count(CallerKey caller, double amount)
    {
        if (counters.IsLocal) counters.CountHere(algorithm, caller.Here, Quotas, amount, new QuotaUse[Quotas.Length], countRefused: true);
        else _ = counters.CountAsync(algorithm, $"{scope}:{caller.Name}", Quotas, amount, countRefused: true);
    }

    public bool IsUsedUp(QuotaUse[] uses)
    {
        for (var i = 0; i < uses.Length; i++)
            if (uses[i].Used >= Quotas[i].Limit - 1e-9) return true;
        return false;
    }

    private static string NameOf(double seconds) => seconds switch
    {
        1 => "second",
        60 => "minute",
        3600 => "hour",
        86400 => "day",
        2592000 => "month",
        31536000 => "year",
        _ => seconds.ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>Whose tokens: for the counts of this process, and for shared ones.</summary>
internal readonly record struct CallerKey(Caller Here, string Name);
