using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.RateLimiting;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>Counts what upstreams say that their responses have used, and holds back responses over a limit.</summary>
internal sealed class ResponseRateLimitingPlugin : Plugin
{
    /// <summary>Set once the request has come this far, so that refusals of other plugins are not counted.</summary>
    private static readonly PluginSlot<ResponseRateLimitingPlugin> Admitted = new();

    private readonly ResponseRateLimitingConfig config;
    private readonly TimeProvider time;
    private readonly UsageLimit[] limits;

    public ResponseRateLimitingPlugin(ResponseRateLimitingConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        var middleware = setup.Middleware;
        limits =
        [
            .. config.Limits.Select(l =>
            {
                var scope = (typeof(ResponseRateLimitingPlugin), l.Key, middleware.Route?.Id, middleware.Service?.Id, middleware.Pipeline);
                return new UsageLimit(l.Key, l.Value, setup.Shared.Get(scope, setup.Snapshot.Lease, static () => new RequestCounters()));
            }),
        ];
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<ResponseRateLimitingPlugin, ResponseRateLimitingConfig>((c, s) => new ResponseRateLimitingPlugin(c, s))
        {
            Name = "response-ratelimiting",
            Summary = "Limits how much of what upstreams count a caller may use per second, minute, hour, day, month or year.",
        };

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        if (config.BlockOnFirstViolation)
        {
            var (caller, now) = (CallerOf(exchange), Now());
            foreach (var limit in limits)
                if (limit.IsUsedUp(caller, now))
                    return Verdict.Stop(limit.Refusal);
        }

        Admitted.Set(exchange, this);
        return Verdict.Continue;
    }

    public override void Respond(Exchange exchange)
    {
        if (Admitted.Get(exchange) is null) return;
        Admitted.Set(exchange, null);
        var response = exchange.Response;
        var told = response.Headers[config.HeaderName];
        response.Headers.Remove(config.HeaderName);
        var (caller, now) = (CallerOf(exchange), Now());
        var used = told.Count == 0 ? "" : told[0] ?? "";

        var isOver = false;
        foreach (var limit in limits)
            if (UsedOf(used, limit.Name) > 0 && limit.IsUsedUp(caller, now))
                isOver = true;
        foreach (var limit in limits) limit.Use(exchange, caller, now, UsedOf(used, limit.Name), count: !isOver, tell: !config.HideClientHeaders);
        if (!isOver) return;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        exchange.DropResponseBody();
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

    private Caller CallerOf(Exchange exchange) => config.LimitBy switch
    {
        "consumer" when (exchange.Consumer?.Config.Id ?? exchange.Credential?.Id) is { } id => Caller.From(id),
        "credential" when exchange.Credential is { } credential => Caller.From(credential.Id),
        _ => Caller.From(exchange.ClientAddress),
    };

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
