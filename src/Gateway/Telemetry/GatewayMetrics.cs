using System.Collections.Concurrent;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// What the gateway counts. Routes are counted one by one up to <see cref="MaxRoutes"/>; later ones share one meter under <c>(other)</c>, so that
/// a configuration with very many routes cannot fill a Prometheus server.
/// </summary>
internal sealed class GatewayMetrics
{
    /// <summary>How many routes have series of their own.</summary>
    public const int MaxRoutes = 2000;

    /// <summary>How many owners of health have changes of their own.</summary>
    private const int MaxHealthChanges = 3 * MaxRoutes;

    private const string Other = "(other)";
    private readonly ConcurrentDictionary<(string Route, string Service), RouteMeter> meters = new();
    private readonly ConcurrentDictionary<int, long> rejected = new();
    private readonly ConcurrentDictionary<HealthChange, long> healthChanges = new();
    private readonly RouteMeter unmatched = new("", "");
    private readonly RouteMeter other = new(Other, Other);

    /// <summary>All meters that have counted something.</summary>
    public IEnumerable<RouteMeter> Meters => meters.Values.Append(unmatched).Append(other).Where(m => m.Requests.Count > 0);

    /// <summary>Client connections.</summary>
    public ConnectionMeter Connections { get; } = new();

    /// <summary>Changes of health and of circuits.</summary>
    public IReadOnlyDictionary<HealthChange, long> HealthChanges => healthChanges;

    /// <summary>The meter of a route, found when its snapshot is built.</summary>
    public RouteMeter For(string route, string service)
    {
        if (meters.TryGetValue((route, service), out var known)) return known;
        return meters.Count >= MaxRoutes ? other : meters.GetOrAdd((route, service), static key => new RouteMeter(key.Route, key.Service));
    }

    /// <summary>Requests that could not be read, by status.</summary>
    public IReadOnlyDictionary<int, long> Rejected => rejected;

    /// <summary>Counts a request that was answered before an exchange began.</summary>
    public void Reject(int status) => rejected.AddOrUpdate(status, 1, static (_, count) => count + 1);

    /// <summary>Counts a change of health.</summary>
    public void Count(HealthEvent change)
    {
        var key = new HealthChange(change.Kind, change.Owner, change.State);
        if (healthChanges.Count >= MaxHealthChanges && !healthChanges.ContainsKey(key)) key = key with { Owner = Other };
        healthChanges.AddOrUpdate(key, 1, static (_, count) => count + 1);
    }

    /// <summary>Counts an exchange that is over.</summary>
    public void Record(Exchange exchange) =>
        (exchange.Route?.Meter ?? unmatched).Record(exchange.LoopIndex, exchange.Request.Method, exchange.Response.StatusCode, exchange.Timings, exchange.Error);
}

/// <summary>What changed, whose, and to what.</summary>
internal readonly record struct HealthChange(HealthEventKind Kind, string Owner, string State);
