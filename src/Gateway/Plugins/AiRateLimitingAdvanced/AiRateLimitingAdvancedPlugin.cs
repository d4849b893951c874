using Sluice.Foundation.Redis;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.AiRateLimitingAdvanced;

/// <summary>Holds what each caller uses of language models against windows of tokens. What is used is known afterwards, so that the last request before a limit may pass it.</summary>
internal sealed class AiRateLimitingAdvancedPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiRateLimitingAdvancedPlugin, AiRateLimitingAdvancedConfig>((config, setup) => new(config, setup))
        {
            Name = "ai-rate-limiting-advanced",
            Summary = "Limits how many tokens of language models callers use, by provider.",
        };

    private static readonly PluginSlot<TokenAllowance> Slot = new();

    private readonly AiRateLimitingAdvancedConfig config;
    private readonly CallerIdentity identity;
    private readonly ProviderLimit[] limits;
    private readonly LimitDecisions decisions;
    private readonly Random random;

    public AiRateLimitingAdvancedPlugin(AiRateLimitingAdvancedConfig config, PluginSetup setup)
    {
        this.config = config;
        random = setup.Random;
        identity = new CallerIdentity(config.Identifier, config.HeaderName, config.Path);
        var algorithm = config.WindowType == "fixed" ? LimitAlgorithm.FixedWindow : LimitAlgorithm.SlidingWindow;
        var scope = config.Namespace ?? setup.Middleware.Id.ToString();
        RedisClient? redis = config.Strategy is "redis" ? SharedRedis.For(config.Redis!, setup.Shared, setup.Snapshot.Lease, setup.Time, setup.Log).Client : null;
        limits = [.. config.LlmProviders.Select(p => new ProviderLimit(p, algorithm, scope, redis, setup))];
        decisions = setup.Shared.Get(typeof(AiRateLimitingAdvancedPlugin), setup.Snapshot.Lease, static () => new LimitDecisions());
    }

    public override async ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var caller = new CallerKey(identity.Of(exchange), identity.NameOf(exchange));
        var uses = new (ProviderLimit, QuotaUse[])[limits.Length];
        for (var i = 0; i < limits.Length; i++) uses[i] = (limits[i], await limits[i].LookAsync(caller));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        var allowance = new TokenAllowance(config, caller, uses);
        Slot.Set(exchange, allowance);
        LlmAllowance.Set(exchange, allowance);
        return default;
    }

    public override void Respond(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { Told: false } allowance) return;
        allowance.Told = true;
        Count(exchange, allowance);
        var used = LlmUsage.Of(exchange);
        if (!config.HideClientHeaders)
            foreach (var (limit, uses) in allowance.Providers)
            {
                var amount = used is not null && used.Provider == limit.Provider ? Amount(used) : 0;
                for (var i = 0; i < uses.Length; i++)
                {
                    LimitHeaders.Tell(exchange, "X-AI-RateLimit-Limit-" + limit.Headers[i], Decimals.Of(limit.Quotas[i].Limit));
                    LimitHeaders.Tell(exchange, "X-AI-RateLimit-Remaining-" + limit.Headers[i], Decimals.Of(Math.Max(0, Left(limit.Quotas[i].Limit - uses[i].Used - amount))));
                }

                if (amount > 0) LimitHeaders.Tell(exchange, "X-AI-RateLimit-Query-Cost-" + limit.Provider, Decimals.Of(amount));
            }

        if (allowance.Refused is { } refused) TellWait(exchange, allowance, refused);
    }

    public override void Record(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { } allowance) return;

        // What a stream used is known now.
        Count(exchange, allowance);
        decisions.Note(exchange.LoopIndex, refused: allowance.Refused is not null);
    }

    private void Count(Exchange exchange, TokenAllowance allowance)
    {
        if (allowance.Counted || LlmUsage.Of(exchange) is not { } used) return;
        allowance.Counted = true;
        if (Amount(used) is not (> 0 and var amount)) return;
        foreach (var limit in limits)
            if (limit.Provider == used.Provider) limit.Count(allowance.Caller, amount);
    }

    /// <summary>When something is left again: of the provider that the caller waits for the shortest time.</summary>
    private void TellWait(Exchange exchange, TokenAllowance allowance, IReadOnlyList<string> refused)
    {
        var soonest = long.MaxValue;
        foreach (var (limit, uses) in allowance.Providers)
        {
            if (!refused.Contains(limit.Provider)) continue;
            long longest = 1;
            for (var i = 0; i < uses.Length; i++)
            {
                if (uses[i].Used < limit.Quotas[i].Limit - 1e-9) continue;
                var wait = (long)Math.Max(1, Math.Ceiling(uses[i].Reset.TotalSeconds));
                LimitHeaders.Tell(exchange, "X-AI-RateLimit-Retry-After-" + limit.Headers[i], Decimals.Of(wait));
                longest = Math.Max(longest, wait);
            }

            soonest = Math.Min(soonest, longest);
        }

        if (soonest == long.MaxValue) return;
        LimitHeaders.Tell(exchange, "X-AI-RateLimit-Reset", Decimals.Of(soonest));
        var after = soonest + (config.RetryAfterJitterMax > 0 ? (long)Math.Floor(random.NextDouble() * (config.RetryAfterJitterMax + 1)) : 0);
        LimitHeaders.Tell(exchange, "X-AI-RateLimit-Retry-After", Decimals.Of(after));
        LimitHeaders.Tell(exchange, "Retry-After", Decimals.Of(after));
    }

    private double Amount(LlmUsage used) => config.TokensCountStrategy switch
    {
        "prompt_tokens" => used.Prompt,
        "completion_tokens" => used.Completion,
        "cost" => used.Cost,
        _ => used.Total,
    };

    /// <summary>Tokens are whole; costs are not.</summary>
    private double Left(double left) => config.TokensCountStrategy == "cost" ? Math.Round(left, 6) : Math.Floor(left + 1e-9);
}
