using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RateLimiting;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.RateLimitingAdvanced;

/// <summary>Holds each caller's requests against windows of any length and a number of requests at a time.</summary>
internal sealed class RateLimitingAdvancedPlugin : Plugin
{
    private const string Concurrency = "concurrency";

    private static readonly PluginSlot<LimitOutcome> Outcome = new();

    private readonly RateLimitingAdvancedConfig config;
    private readonly LimitAlgorithm algorithm;
    private readonly CallerIdentity[] identities;
    private readonly LimitWindow[] windows;
    private readonly Quota[] quotas;
    private readonly SharedCounters counters;
    private readonly ConcurrentRequests underWay;
    private readonly LimitDecisions decisions;
    private readonly string scope;
    private readonly bool countRefused;
    private readonly bool tellsKongs;
    private readonly StringValues policy;
    private readonly Answer refusal;

    public RateLimitingAdvancedPlugin(RateLimitingAdvancedConfig config, PluginSetup setup)
    {
        this.config = config;
        algorithm = config.WindowType switch
        {
            "fixed" => LimitAlgorithm.FixedWindow,
            "sliding" => LimitAlgorithm.SlidingWindow,
            _ => LimitAlgorithm.TokenBucket,
        };
        identities = config.CompoundIdentifier is { Count: > 0 } several
            ? [.. several.Select(by => new CallerIdentity(by, config.HeaderName, config.Path))]
            : [new CallerIdentity(config.Identifier, config.HeaderName, config.Path)];
        windows = [.. config.Limit.Zip(config.WindowSize, (limit, seconds) => new LimitWindow(limit, seconds))];
        quotas = [.. windows.Select(w => w.Quota)];
        countRefused = algorithm == LimitAlgorithm.SlidingWindow && !config.DisablePenalty;
        tellsKongs = config.ClientHeaders is not "ietf";
        policy = config.ClientHeaders is "kong" ? default : string.Join(", ", windows.Select(w => w.Policy)
            .Concat(config.Concurrency is { } most ? [string.Create(CultureInfo.InvariantCulture, $"\"{Concurrency}\";q={most};qu=\"concurrent-requests\"")] : []));
        refusal = RateLimitingErrors.LimitExceeded(config.ErrorCode, config.ErrorMessage).Answer;

        // What is counted outlives a change of the limits, but not of the windows.
        scope = config.Namespace ?? setup.Middleware.Id.ToString();
        var what = string.Join(',', quotas.Select(q => (long)q.Window.TotalMilliseconds));
        var (shared, lease) = (setup.Shared, setup.Snapshot.Lease);
        RedisClient? redis = config.Strategy is "redis" ? SharedRedis.For(config.Redis!, shared, lease, setup.Time, setup.Log).Client : null;
        counters = shared.Get((scope, algorithm, what, redis), lease, () => new SharedCounters(redis, setup.Time, quotas.Length));
        underWay = shared.Get(scope, lease, static () => new ConcurrentRequests());
        decisions = shared.Get(typeof(RateLimitingAdvancedPlugin), lease, static () => new LimitDecisions());
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<RateLimitingAdvancedPlugin, RateLimitingAdvancedConfig>((c, s) => new RateLimitingAdvancedPlugin(c, s))
        {
            Name = "rate-limiting-advanced",
            Summary = "Limits requests in fixed or sliding windows, by token buckets and at a time, for this node or all.",
        };

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var outcome = new LimitOutcome();
        var caller = CallerOf(exchange);
        if (config.Concurrency is { } most)
        {
            var room = underWay.TryEnter(caller, most, always: config.Shadow, out var before);
            if (room || config.Shadow) outcome.UnderWay = caller;
            outcome.ConcurrentLeft = Math.Max(0, most - before - 1);
            Outcome.Set(exchange, outcome);
            if (!room) return new(Refuse(exchange, outcome, Concurrency));
        }

        Outcome.Set(exchange, outcome);
        if (quotas.Length == 0) return new(Pass(exchange));
        if (!counters.IsLocal) return LimitByRedisAsync(exchange, outcome);
        outcome.Uses = new QuotaUse[quotas.Length];
        var allowed = counters.CountHere(algorithm, caller, quotas, 1, outcome.Uses, countRefused);
        return new(allowed ? Pass(exchange) : Refuse(exchange, outcome, UsedUp(outcome.Uses)));
    }

    public override void Respond(Exchange exchange)
    {
        if (config.HideClientHeaders || config.Shadow || Outcome.Get(exchange) is not { Told: false } outcome) return;
        outcome.Told = true;
        if (tellsKongs && outcome.Uses is not null) TellKongs(exchange, outcome, outcome.Uses);
        if (policy.Count > 0)
        {
            LimitHeaders.Tell(exchange, "RateLimit-Policy", policy);
            LimitHeaders.Tell(exchange, "RateLimit", Left(outcome));
        }

        if (outcome.Refused) LimitHeaders.Tell(exchange, "Retry-After", Decimals.Of(RetryAfter(outcome)));
    }

    public override void Record(Exchange exchange)
    {
        if (Outcome.Get(exchange) is not { UnderWay: { } caller } outcome) return;
        outcome.UnderWay = null;
        underWay.Leave(caller);
    }

    /// <summary>The counts are elsewhere: off the loop and back. Never longer than the server's timeout.</summary>
    private async ValueTask<Verdict> LimitByRedisAsync(Exchange exchange, LimitOutcome outcome)
    {
        var names = string.Join(':', identities.Select(i => i.NameOf(exchange)));
        var result = await counters.CountAsync(algorithm, $"{scope}:{names}", quotas, countRefused: countRefused).ConfigureAwait(false);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        outcome.Uses = [.. result.Uses];
        return result.Allowed ? Pass(exchange) : Refuse(exchange, outcome, UsedUp(outcome.Uses));
    }

    private Verdict Pass(Exchange exchange)
    {
        decisions.Note(exchange.LoopIndex, refused: false);
        return default;
    }

    private Verdict Refuse(Exchange exchange, LimitOutcome outcome, string limit)
    {
        outcome.Refused = true;
        if (config.Shadow)
        {
            decisions.NoteShadow(exchange.LoopIndex);
            ShadowLimits.Note(exchange, limit);
            return default;
        }

        decisions.Note(exchange.LoopIndex, refused: true);
        return refusal;
    }

    private Caller CallerOf(Exchange exchange)
    {
        if (identities.Length == 1) return identities[0].Of(exchange);
        Span<Caller> parts = stackalloc Caller[identities.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = identities[i].Of(exchange);
        return Caller.From(parts);
    }

    private void TellKongs(Exchange exchange, LimitOutcome outcome, QuotaUse[] uses)
    {
        var tightest = 0;
        for (var i = 0; i < windows.Length; i++)
        {
            if (LeftOf(i, outcome, uses) <= LeftOf(tightest, outcome, uses)) tightest = i;
            LimitHeaders.Tell(exchange, windows[i].LimitHeader, windows[i].LimitText);
            LimitHeaders.Tell(exchange, windows[i].RemainingHeader, Decimals.Of(LeftOf(i, outcome, uses)));
        }

        LimitHeaders.Tell(exchange, "RateLimit-Limit", windows[tightest].LimitText);
        LimitHeaders.Tell(exchange, "RateLimit-Remaining", Decimals.Of(LeftOf(tightest, outcome, uses)));
        LimitHeaders.Tell(exchange, "RateLimit-Reset", Decimals.Of(SecondsOf(uses[tightest])));
    }

    /// <summary>What the RateLimit field of draft-ietf-httpapi-ratelimit-headers says: <c>"minute";r=5;t=30, "hour";r=99;t=1800</c>.</summary>
    private string Left(LimitOutcome outcome)
    {
        var text = new StringBuilder(64);
        for (var i = 0; outcome.Uses is { } uses && i < windows.Length; i++)
            text.Append(text.Length == 0 ? "\"" : ", \"").Append(windows[i].Name).Append("\";r=").Append((long)LeftOf(i, outcome, uses)).Append(";t=").Append(SecondsOf(uses[i]));
        if (outcome.ConcurrentLeft is { } left) text.Append(text.Length == 0 ? "\"" : ", \"").Append(Concurrency).Append("\";r=").Append(left);
        return text.ToString();
    }

    private double LeftOf(int window, LimitOutcome outcome, QuotaUse[] uses) =>
        Math.Max(0, Math.Floor(quotas[window].Limit - uses[window].Used - (outcome.Refused ? 0 : 1) + 1e-9));

    private static long SecondsOf(QuotaUse use) => (long)Math.Max(1, Math.Ceiling(use.Reset.TotalSeconds));

    private string UsedUp(QuotaUse[] uses)
    {
        for (var i = windows.Length - 1; i > 0; i--)
            if (uses[i].Used + 1 > quotas[i].Limit + 1e-9) return windows[i].Name;
        return windows[0].Name;
    }

    /// <summary>Until the longest wait of the windows that are used up is over; nobody knows when a request under way ends.</summary>
    private long RetryAfter(LimitOutcome outcome)
    {
        long seconds = 1;
        for (var i = 0; outcome.Uses is { } uses && i < windows.Length; i++)
            if (uses[i].Used + 1 > quotas[i].Limit + 1e-9) seconds = Math.Max(seconds, SecondsOf(uses[i]));
        return seconds + (config.RetryAfterJitterMax > 0 ? (long)Math.Floor(Random.Shared.NextDouble() * (config.RetryAfterJitterMax + 1)) : 0);
    }
}
