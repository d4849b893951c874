using System.Collections.Concurrent;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.AdaptiveConcurrency;

/// <summary>The limits of one middleware, by what they are of; they outlive reloads that do not change their settings.</summary>
internal sealed class AdaptiveLimits(string middleware, GradientSettings settings, TimeProvider time) : IMetricsSource
{
    private readonly ConcurrentDictionary<Guid, (GradientLimit Limit, string Label)> limits = new();

    /// <summary>The limit of the service, route or middleware with this id.</summary>
    public GradientLimit Of(Guid id, string label) =>
        limits.TryGetValue(id, out var known) ? known.Limit
        : limits.GetOrAdd(id, static (_, arg) => (new GradientLimit(arg.settings, arg.time), arg.label), (settings, time, label)).Limit;

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_adaptive_limit", "gauge", "How many requests adaptive-concurrency lets be under way now.");
        foreach (var (limit, label) in limits.Values) text.Part("gateway_adaptive_limit", limit.Limit, ("middleware", middleware), ("of", label));
        text.Family("gateway_adaptive_in_flight", "gauge", "Requests under way that count against the limit.");
        foreach (var (limit, label) in limits.Values) text.Part("gateway_adaptive_in_flight", limit.InFlight, ("middleware", middleware), ("of", label));
        text.Family("gateway_adaptive_usual_latency_seconds", "gauge", "The latency that the limit takes as usual.");
        foreach (var (limit, label) in limits.Values) text.Part("gateway_adaptive_usual_latency_seconds", limit.UsualLatency, ("middleware", middleware), ("of", label));
        text.Family("gateway_adaptive_shed_total", "counter", "Requests refused because the limit was reached.");
        foreach (var (limit, label) in limits.Values) text.Part("gateway_adaptive_shed_total", limit.Shed, ("middleware", middleware), ("of", label));
    }
}
