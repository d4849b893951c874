using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;
using Sluice.Gateway.Upstreams;

namespace Sluice.Control.ConfigApi.Monitoring;

/// <summary><c>/api/v1/metrics</c>: what this node has counted since it started, as JSON. Names are those of the Prometheus page at <c>/metrics</c>.</summary>
internal sealed class MetricsApi(ReleaseManager releases, GatewayRuntime runtime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/metrics", AllAsync).Describe(new EndpointDescription("Show what was counted, by route and service") { Group = "metrics" });
        Add(routes.MapGet("/api/v1/metrics/services/{id}", http => WithAsync(http, new Services(), ServiceAsync)), "Show what was counted of a service");
        Add(routes.MapGet("/api/v1/metrics/routes/{id}", http => WithAsync(http, new Routes(), RouteAsync)), "Show what was counted of a route");
        Add(routes.MapGet("/api/v1/metrics/middleware/{id}", http => WithAsync(http, new Middleware(), MiddlewareAsync)), "Show what was counted of the routes that a middleware runs on");
    }

    private static void Add(IEndpointConventionBuilder endpoint, string summary) =>
        endpoint.WithMetadata(HeedsScopes.Instance, new EndpointDescription(summary) { Group = "metrics" });

    private Task AllAsync(HttpContext http)
    {
        var traffic = RouteTraffic.Read(runtime);
        var snapshot = runtime.Current;
        return Envelope.AnswerAsync(http, new
        {
            GatewayRequestsTotal = traffic.SelectMany(t => t.Requests.Select(r => Sample(new { r.Method, t.Route, t.Service, StatusCode = r.Status }, r.Count))),
            GatewayRequestDurationSeconds = traffic.Select(t => new { Labels = Names(t), Value = Latency(t.Duration) }),
            GatewayUpstreamLatencySeconds = traffic.Select(t => new { Labels = Names(t), Value = Latency(t.Upstream) }),
            GatewayErrorsTotal = traffic.SelectMany(t => t.Errors.Select(e => Sample(new { Code = e.Key, t.Route, t.Service }, e.Value))),
            GatewayRetriesTotal = traffic.Select(t => Sample(Names(t), t.Retries)),
            GatewayBytesTotal = traffic.SelectMany(t => new[] { Sample(new { Direction = "in", t.Route, t.Service }, t.BytesIn), Sample(new { Direction = "out", t.Route, t.Service }, t.BytesOut) }),
            GatewayClientConnections = RouteTraffic.OpenConnections(runtime),
            GatewayCircuitState = snapshot.Services.Where(s => s.CircuitBreaker is not null)
                .Select(s => Sample(new { Service = s.Label }, s.CircuitBreaker!.State switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 })),
            GatewayEndpointHealthy = snapshot.Services.SelectMany(s => s.Balancer.Endpoints.Select(e => Sample(new { Service = s.Label, Endpoint = e.Key }, e.IsHealthy ? 1 : 0))),
        });
    }

    private Task ServiceAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject service)
    {
        var traffic = RouteTraffic.Read(runtime).Where(t => t.Service == LabelOf(service)).ToList();
        return Envelope.AnswerAsync(http, new { service.Id, Service = LabelOf(service), Totals = Totals(traffic), Routes = traffic.Select(t => new { t.Route, Totals = Totals([t]) }) });
    }

    private Task RouteAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject route) =>
        Envelope.AnswerAsync(http, new { route.Id, Route = LabelOf(route), Totals = Totals([.. RouteTraffic.Read(runtime).Where(t => t.Route == LabelOf(route))]) });

    private Task MiddlewareAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject middleware)
    {
        var caller = Caller.Of(http);
        var routes = runtime.Current.Routes
            .Where(r => caller.Covers(r.Config.Tags) && r.Plan.Plugins.Any(p => p.Middleware.Id == middleware.Id)).Select(r => r.Label).ToHashSet(StringComparer.Ordinal);
        return Envelope.AnswerAsync(http, new
        {
            middleware.Id,
            Type = Middleware.PluginOf(middleware),
            ((PluginConfig)middleware.Record).Enabled,
            Routes = routes.Order(StringComparer.Ordinal),
            Totals = Totals([.. RouteTraffic.Read(runtime).Where(t => routes.Contains(t.Route))]),
        });
    }

    private Task WithAsync(HttpContext http, Resource resource, Func<HttpContext, ConfigurationTree, ConfigurationObject, Task> answer)
    {
        var tree = releases.Current.Tree;
        var reference = ObjectsApi.ReferenceOf(http);
        return resource.Find(tree, reference) is { } found && Caller.Of(http).Covers(found.Tags)
            ? answer(http, tree, found)
            : ObjectAnswers.NotFoundAsync(http, resource, reference);
    }

    private static string LabelOf(ConfigurationObject entry) => entry.Key ?? entry.Id.ToString();

    private static object Sample(object labels, long value) => new { Labels = labels, Value = value };

    private static object Names(RouteTraffic traffic) => new { traffic.Route, traffic.Service };

    private static object Totals(IReadOnlyList<RouteTraffic> traffic) => new
    {
        GatewayRequestsTotal = traffic.Sum(t => t.Requests.Sum(r => r.Count)),
        ByStatus = traffic.SelectMany(t => t.Requests).GroupBy(r => r.Status).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Sum(r => r.Count)),
        ByMethod = traffic.SelectMany(t => t.Requests).GroupBy(r => r.Method).ToDictionary(g => g.Key, g => g.Sum(r => r.Count)),
        GatewayErrorsTotal = traffic.SelectMany(t => t.Errors).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Sum(e => e.Value)),
        GatewayRetriesTotal = traffic.Sum(t => t.Retries),
        BytesIn = traffic.Sum(t => t.BytesIn),
        BytesOut = traffic.Sum(t => t.BytesOut),
        GatewayRequestDurationSeconds = Latency(traffic.Aggregate(LatencyTally.None, (sum, t) => sum.Plus(t.Duration))),
        GatewayUpstreamLatencySeconds = Latency(traffic.Aggregate(LatencyTally.None, (sum, t) => sum.Plus(t.Upstream))),
    };

    /// <summary>Quantiles are estimates: they say in which bucket the request was.</summary>
    private static object Latency(LatencyTally tally) => new
    {
        tally.Count,
        Sum = tally.SumSeconds,
        Average = tally.Count == 0 ? (double?)null : tally.SumSeconds / tally.Count,
        P50 = tally.Quantile(0.5),
        P95 = tally.Quantile(0.95),
        P99 = tally.Quantile(0.99),
    };
}
