using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>Counts each caller's requests in fixed windows and refuses those over a limit.</summary>
internal sealed class RateLimitingPlugin : Plugin
{
    private static readonly PluginSlot<RateLimitUsage> Usage = new();

    private readonly RateLimitingConfig config;
    private readonly TimeProvider time;
    private readonly RequestCounters counters;
    private readonly Window[] windows;
    private readonly double[] limits;
    private readonly StringValues[] limitTexts;
    private readonly CallerIdentity callers;
    private readonly Answer refusal;
    private readonly RedisRequestCounters? redis;
    private readonly SyncedRequestCounters? synced;
    private readonly string redisScope = "";

    public RateLimitingPlugin(RateLimitingConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        windows = [.. Window.All.Where(w => config.Limits[w.Index] is not null)];
        limits = [.. windows.Select(w => config.Limits[w.Index]!.Value)];
        limitTexts = [.. limits.Select(l => new StringValues(Decimals.Of(l)))];
        callers = new CallerIdentity(config.LimitBy, config.HeaderName, config.Path);
        refusal = RateLimitingErrors.LimitExceeded(config.ErrorCode, config.ErrorMessage).Answer;

        // As in Kong, middleware of one route and service count together, whichever consumer each is for; counts outlive a change of the limits.
        var scope = (setup.Middleware.Route?.Id, setup.Middleware.Service?.Id, setup.Middleware.Pipeline);
        counters = setup.Shared.Get(scope, setup.Snapshot.Lease, static () => new RequestCounters());
        if (config.Policy is not "redis") return;
        redisScope = $"ratelimit:{setup.Middleware.Route?.Id ?? Guid.Empty}:{setup.Middleware.Service?.Id ?? Guid.Empty}:";
        if (setup.Middleware.Pipeline is { } pipeline) redisScope += pipeline + ":";
        var server = SharedRedis.For(config.Redis, setup.Shared, setup.Snapshot.Lease, time, setup.Log);
        var shared = redis = new RedisRequestCounters(server.Client);
        if (config.SyncRate is -1) return;
        var interval = TimeSpan.FromSeconds(config.SyncRate);
        synced = setup.Shared.Get((scope, server, interval), setup.Snapshot.Lease, () => new SyncedRequestCounters(shared, interval, setup.Time));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<RateLimitingPlugin, RateLimitingConfig>((c, s) => new RateLimitingPlugin(c, s))
    {
        Name = "rate-limiting",
        Summary = "Limits how many requests a caller may make per second, minute, hour, day, month or year.",
    };

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        Span<uint> counts = stackalloc uint[windows.Length];
        if (synced?.TryCount(callers.Of(exchange), windows, limits, now, counts) is { } known) return new(Decide(exchange, counts, known, now));
        if (redis is not null) return LimitByRedisAsync(exchange, now);
        return new(Decide(exchange, counts, counters.TryCount(callers.Of(exchange), windows, limits, now, counts), now));
    }

    /// <summary>The counts are elsewhere: off the loop and back. Never longer than the server's timeout.</summary>
    private async ValueTask<Verdict> LimitByRedisAsync(Exchange exchange, long now)
    {
        var caller = callers.Of(exchange);
        var counts = new uint[windows.Length];
        int? full;
        if (synced is not null)
        {
            var answered = await synced.LearnAsync(caller, redisScope, callers.NameOf(exchange), windows, now).ConfigureAwait(false);
            full = answered || config.FaultTolerant ? synced.TryCount(caller, windows, limits, now, counts) : null;
            if (!answered) counters.NoteAway(exchange.LoopIndex);
        }
        else
        {
            full = await redis!.TryCountAsync(redisScope, callers.NameOf(exchange), windows, limits, now, counts).ConfigureAwait(false);

            // Counted here too, so that the counts of this node are right when they have to stand in.
            if (full == -1) counters.TryCount(caller, windows, limits, now, stackalloc uint[windows.Length]);
            if (full is null) counters.NoteAway(exchange.LoopIndex);
        }

        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (full is null && !config.FaultTolerant) return RateLimitingErrors.CountsAway.Answer;
        return Decide(exchange, counts, full ?? counters.TryCount(caller, windows, limits, now, counts), now);
    }

    private Verdict Decide(Exchange exchange, ReadOnlySpan<uint> counts, int full, long now)
    {
        counters.Note(exchange.LoopIndex, full >= 0);
        if (!config.HideClientHeaders) Usage.Set(exchange, Told(counts, full, now));
        return full < 0 ? default(Verdict) : refusal;
    }

    public override void Respond(Exchange exchange)
    {
        if (Usage.Get(exchange) is not { } usage) return;
        Usage.Set(exchange, null);
        var fewest = Decimals.Of(usage.Left[usage.Tightest]);
        for (var i = 0; i < windows.Length; i++)
        {
            LimitHeaders.Tell(exchange, windows[i].LimitHeader, limitTexts[i]);
            LimitHeaders.Tell(exchange, windows[i].RemainingHeader, i == usage.Tightest ? fewest : Decimals.Of(usage.Left[i]));
        }

        LimitHeaders.Tell(exchange, "RateLimit-Limit", limitTexts[usage.Tightest]);
        LimitHeaders.Tell(exchange, "RateLimit-Remaining", fewest);
        var reset = Decimals.Of(usage.Reset);
        LimitHeaders.Tell(exchange, "RateLimit-Reset", reset);
        if (usage.Refused) LimitHeaders.Tell(exchange, "Retry-After", reset);
        RateLimitUsage.Return(usage);
    }

    /// <summary>What the client is told: per window, and of the window with the fewest requests left (the longer one of equals).</summary>
    private RateLimitUsage Told(ReadOnlySpan<uint> counts, int full, long now)
    {
        var usage = RateLimitUsage.Rent();
        usage.Tightest = 0;
        usage.Refused = full >= 0;
        for (var i = 0; i < windows.Length; i++)
        {
            var left = limits[i] - counts[i] - (full < 0 || full == i ? 1 : 0);
            usage.Left[i] = Math.Max(0, left);
            if (usage.Left[i] <= usage.Left[usage.Tightest]) usage.Tightest = i;
        }

        usage.Reset = windows[usage.Tightest].SecondsLeft(now);
        return usage;
    }
}
