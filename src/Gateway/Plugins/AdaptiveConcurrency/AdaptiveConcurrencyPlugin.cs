using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Plugins.AdaptiveConcurrency;

/// <summary>Refuses requests before an upstream has more of them than it can answer at its usual speed.</summary>
internal sealed class AdaptiveConcurrencyPlugin : Plugin
{
    /// <summary>The limit that an exchange entered; the object itself, so that nothing is allocated.</summary>
    private static readonly PluginSlot<GradientLimit> Entered = new();

    private readonly AdaptiveConcurrencyConfig config;
    private readonly AdaptiveLimits limits;
    private readonly Guid middleware;
    private readonly string label;
    private readonly Random random;
    private readonly Answer[] refusals;

    public AdaptiveConcurrencyPlugin(AdaptiveConcurrencyConfig config, PluginSetup setup)
    {
        this.config = config;
        random = setup.Random;
        middleware = setup.Middleware.Id;
        label = setup.Middleware.InstanceName ?? middleware.ToString();
        var settings = new GradientSettings(
            config.InitialLimit, config.MinLimit, config.MaxLimit, config.Tolerance, config.Smoothing, config.Queue,
            TimeSpan.FromMilliseconds(config.Window), config.MinSamples, TimeSpan.FromSeconds(config.LongWindow), config.Backoff);
        limits = setup.Shared.Get((middleware, label, config.Per, settings), setup.Snapshot.Lease, () => new AdaptiveLimits(label, settings, setup.Time));

        // One answer for each second that it may name, so that a refusal allocates nothing.
        var error = new GatewayError(config.StatusCode, "OVERLOADED", config.Message, Fault.Upstream);
        refusals =
        [
            .. Enumerable.Range(config.RetryAfter, config.RetryAfterJitter + 1)
                .Select(seconds => Answer.From(error, new KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)))),
        ];
    }

    public static PluginDescriptor Descriptor { get; } =
        new PluginDescriptor<AdaptiveConcurrencyPlugin, AdaptiveConcurrencyConfig>((c, s) => new AdaptiveConcurrencyPlugin(c, s))
        {
            Name = "adaptive-concurrency",
            Summary = "Limits the requests under way by the latency of the upstream, and sheds load before it collapses.",
        };

    public override ValueTask<Verdict> LimitAsync(Exchange exchange)
    {
        var limit = LimitOf(exchange);
        if (!limit.TryEnter(ShareOf(exchange))) return Verdict.Stop(refusals[refusals.Length == 1 ? 0 : random.Next(refusals.Length)]);
        Entered.Set(exchange, limit);
        return Verdict.Continue;
    }

    public override void UpstreamAnswered(Exchange exchange)
    {
        // An open WebSocket may idle for hours, and a few of them would take all the places.
        var status = exchange.Response.StatusCode;
        if (status == StatusCodes.Status101SwitchingProtocols || (status == StatusCodes.Status200OK && HttpMethods.IsConnect(exchange.Request.Method))) Leave(exchange);
    }

    public override void Record(Exchange exchange) => Leave(exchange);

    private void Leave(Exchange exchange)
    {
        if (Entered.Get(exchange) is not { } limit) return;
        Entered.Set(exchange, null);
        ref readonly var timings = ref exchange.Timings;
        var answered = timings.UpstreamAnswered != 0 && timings.UpstreamStarted != 0;
        limit.Leave(answered ? Stopwatch.GetElapsedTime(timings.UpstreamStarted, timings.UpstreamAnswered) : null, IsOverload(exchange));
    }

    private bool IsOverload(Exchange exchange) =>
        exchange.Timings.Tries > 0
        && (exchange.Outcome == TryOutcome.TimedOut
            || (exchange.Source == ResponseSource.Upstream && config.OverloadStatuses.Count > 0 && config.OverloadStatuses.Contains(exchange.Response.StatusCode)));

    private GradientLimit LimitOf(Exchange exchange) => config.Per switch
    {
        "service" when exchange.Service is { } service => limits.Of(service.Config.Id, service.Label),
        "route" when exchange.Route is { } route => limits.Of(route.Config.Id, route.Label),
        _ => limits.Of(middleware, label),
    };

    private double ShareOf(Exchange exchange)
    {
        if (config.Priorities.Count == 0 || exchange.Consumer is not { Groups: { Count: > 0 } groups }) return config.DefaultPriority;
        var share = 0.0;
        for (var i = 0; i < groups.Count; i++)
            if (config.Priorities.TryGetValue(groups[i].Name, out var of) && of > share) share = of;
        return share > 0 ? share : config.DefaultPriority;
    }
}
