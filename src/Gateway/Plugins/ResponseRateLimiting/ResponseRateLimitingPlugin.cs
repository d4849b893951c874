using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Counters;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RateLimiting;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>Counts what upstreams say that their responses have used, and holds back responses over a limit.</summary>
internal sealed class ResponseRateLimitingPlugin : Plugin
{
    /// <summary>Set once the request has come this far, so that refusals of other plugins are not counted.</summary>
    private static readonly PluginSlot<ResponseRateLimitingPlugin> Admitted = new();

    /// <summary>What all nodes had counted when the request came, by limit and window.</summary>
    private static readonly PluginSlot<uint[][]> Shared = new();

    private readonly ResponseRateLimitingConfig config;
    private readonly TimeProvider time;
    private readonly CallerIdentity callers;
    private readonly UsageLimit[] limits;
    private readonly RedisUsage? redis;
    private readonly RequestCounters? away;

    public ResponseRateLimitingPlugin(ResponseRateLimitingConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        callers = new CallerIdentity(config.LimitBy);
        var middleware = setup.Middleware;
        limits =
        [
            .. config.Limits.Select(l =>
            {
                var scope = (typeof(ResponseRateLimitingPlugin), l.Key, middleware.Route?.Id, middleware.Service?.Id, middleware.Pipeline);
                return new UsageLimit(l.Key, l.Value, setup.Shared.Get(scope, setup.Snapshot.Lease, static () => new RequestCounters()));
            }),
        ];
        if (config.Policy is not "redis") return;
        var keys = $"response-ratelimit:{middleware.Route?.Id ?? Guid.Empty}:{middleware.Service?.Id ?? Guid.Empty}:";
        if (middleware.Pipeline is { } pipeline) keys += pipeline + ":";
        redis = new RedisUsage(SharedRedis.For(config.Redis, setup.Shared, setup.Snapshot.Lease, time, setup.Log).Client, keys, limits);
        away = setup.Shared.Get(typeof(ResponseRateLimitingPlugin), setup.Snapshot.Lease, static () => new RequestCounters());
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<ResponseRateLimitingPlugin, ResponseRateLimitingConfig>((c, s) => new ResponseRateLimitingPlugin(c, s))
        {
            Name = "response-ratelimiting",
            Summary = "Limits how much of what upstreams count a caller may use per second, minute, hour, day, month or year.",
        };

    public override ValueTask<Verdict> LimitAsync(Exchange exchange) => redis is null ? new(Admit(exchange, null)) : AdmitByRedisAsync(exchange, redis);

    public override void Respond(Exchange exchange)
    {
        if (Admitted.Get(exchange) is null) return;
        Admitted.Set(exchange, null);
        var shared = Shared.Get(exchange);
        Shared.Set(exchange, null);
        var response = exchange.Response;
        var told = response.Headers[config.HeaderName];
        response.Headers.Remove(config.HeaderName);
        var (caller, now) = (callers.Of(exchange), Now());
        var used = told.Count == 0 ? "" : told[0] ?? "";

        var isOver = false;
        for (var i = 0; i < limits.Length; i++)
            if (UsedOf(used, limits[i].Name) > 0 && limits[i].IsUsedUp(caller, now, shared?[i]))
                isOver = true;
        for (var i = 0; i < limits.Length; i++)
        {
            var amount = UsedOf(used, limits[i].Name);
            limits[i].Use(exchange, caller, now, amount, count: !isOver, tell: !config.HideClientHeaders, shared?[i]);
            if (amount > 0 && !isOver) redis?.Add(limits[i], callers.NameOf(exchange), now, amount);
        }

        if (!isOver) return;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        exchange.DropResponseBody();
    }

    /// <summary>The counts are elsewhere: off the loop and back. Never longer than the server's timeout.</summary>
    private async ValueTask<Verdict> AdmitByRedisAsync(Exchange exchange, RedisUsage usage)
    {
        var shared = await usage.ReadAsync(callers.NameOf(exchange), Now()).ConfigureAwait(false);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (shared is null)
        {
            away!.NoteAway(exchange.LoopIndex);
            if (!config.FaultTolerant) return RateLimitingErrors.CountsAway.Answer;
        }

        return Admit(exchange, shared);
    }

    private Verdict Admit(Exchange exchange, uint[][]? shared)
    {
        if (config.BlockOnFirstViolation)
        {
            var (caller, now) = (callers.Of(exchange), Now());
            for (var i = 0; i < limits.Length; i++)
                if (limits[i].IsUsedUp(caller, now, shared?[i]))
                    return limits[i].Refusal;
        }

        Admitted.Set(exchange, this);
        Shared.Set(exchange, shared);
        return default;
    }

    /// <summary>How much of <paramref name="name"/> a response says it has used, as in <c>videos=2, images=1</c>; the last of several counts.</summary>
    private static uint UsedOf(ReadOnlySpan<char> told, string name)
    {
        uint used = 0;
        foreach (var range in told.Split(','))
        {
            var item = told[range];
            var equals = item.IndexOf('=');
            if (equals < 0 || item[(equals + 1)..].Contains('=') || !item[..equals].Trim().SequenceEqual(name)) continue;
            used = double.TryParse(item[(equals + 1)..].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0
                ? (uint)Math.Min(number, int.MaxValue)
                : 0;
        }

        return used;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
