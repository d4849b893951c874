using System.Collections.Concurrent;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Telemetry;

/// <summary>
/// What the gateway counts. Routes are counted one by one up to <see cref="MaxRoutes"/>; later ones share one meter under <c>(other)</c>, so that
/// a configuration with very many routes cannot fill a Prometheus server.
/// </summary>
internal sealed class GatewayMetrics
{
    /// <summary>How many routes have series of their own.</summary>
    public const int MaxRoutes = 2000;

    private const string Other = "(other)";
    private readonly ConcurrentDictionary<(string Route, string Service), RouteMeter> meters = new();
    private readonly ConcurrentDictionary<int, long> rejected = new();
    private readonly RouteMeter unmatched = new("", "");
    private readonly RouteMeter other = new(Other, Other);

    /// <summary>All meters that have counted something.</summary>
    public IEnumerable<RouteMeter> Meters => meters.Values.Append(unmatched).Append(other).Where(m => m.Requests.Count > 0);

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

    /// <summary>Counts an exchange that is over.</summary>
    public void Record(Exchange exchange) =>
        (exchange.Route?.Meter ?? unmatched).Record(exchange.LoopIndex, exchange.Request.Method, exchange.Response.StatusCode, exchange.Timings);
}
