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
        routes.MapGet("/api/v1/metrics", AllAsync).Describe(new EndpointDescription("Show what was counted, by route and service") { Group = "metrics", AnswerType = typeof(AllView) });
        Add(routes.MapGet("/api/v1/metrics/services/{id}", http => WithAsync(http, new Services(), ServiceAsync)), typeof(ServiceView), "Show what was counted of a service");
        Add(routes.MapGet("/api/v1/metrics/routes/{id}", http => WithAsync(http, new Routes(), RouteAsync)), typeof(RouteView), "Show what was counted of a route");
        Add(routes.MapGet("/api/v1/metrics/middleware/{id}", http => WithAsync(http, new Middleware(), MiddlewareAsync)), typeof(MiddlewareView), "Show what was counted of the routes that a middleware runs on");
    }

    private static void Add(IEndpointConventionBuilder endpoint, Type answer, string summary) =>
        endpoint.WithMetadata(HeedsScopes.Instance, new EndpointDescription(summary) { Group = "metrics", AnswerType = answer });

    private Task AllAsync(HttpContext http)
    {
        var traffic = RouteTraffic.Read(runtime);
        var snapshot = runtime.Current;
        return Envelope.AnswerAsync(http, new AllView
        {
            GatewayRequestsTotal = traffic.SelectMany(t => t.Requests.Select(r => new Sample(Names(t) with { Method = r.Method, StatusCode = r.Status }, r.Count))),
            GatewayRequestDurationSeconds = traffic.Select(t => new LatencySample(Names(t), Latency(t.Duration))),
            GatewayUpstreamLatencySeconds = traffic.Select(t => new LatencySample(Names(t), Latency(t.Upstream))),
            GatewayErrorsTotal = traffic.SelectMany(t => t.Errors.Select(e => new Sample(Names(t) with { Code = e.Key }, e.Value))),
            GatewayRetriesTotal = traffic.Select(t => new Sample(Names(t), t.Retries)),
            GatewayBytesTotal = traffic.SelectMany(t => new[] { new Sample(Names(t) with { Direction = "in" }, t.BytesIn), new Sample(Names(t) with { Direction = "out" }, t.BytesOut) }),
            GatewayClientConnections = RouteTraffic.OpenConnections(runtime),
            GatewayCircuitState = snapshot.Services.Where(s => s.CircuitBreaker is not null)
                .Select(s => new Sample(new Labels { Service = s.Label }, s.CircuitBreaker!.State switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 })),
            GatewayEndpointHealthy = snapshot.Services.SelectMany(s => s.Balancer.Endpoints.Select(e => new Sample(new Labels { Service = s.Label, Endpoint = e.Key }, e.IsHealthy ? 1 : 0))),
        });
    }

    private Task ServiceAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject service)
    {
        var traffic = RouteTraffic.Read(runtime).Where(t => t.Service == LabelOf(service)).ToList();
        return Envelope.AnswerAsync(http, new ServiceView(service.Id, LabelOf(service), Totals(traffic), traffic.Select(t => new OfRoute(t.Route, Totals([t])))));
    }

    private Task RouteAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject route) =>
        Envelope.AnswerAsync(http, new RouteView(route.Id, LabelOf(route), Totals([.. RouteTraffic.Read(runtime).Where(t => t.Route == LabelOf(route))])));

    private Task MiddlewareAsync(HttpContext http, ConfigurationTree tree, ConfigurationObject middleware)
    {
        var caller = Caller.Of(http);
        var routes = runtime.Current.Routes
            .Where(r => caller.Covers(r.Config.Tags) && r.Plan.Plugins.Any(p => p.Middleware.Id == middleware.Id)).Select(r => r.Label).ToHashSet(StringComparer.Ordinal);
        return Envelope.AnswerAsync(http, new MiddlewareView(
            middleware.Id,
            Middleware.PluginOf(middleware),
            ((PluginConfig)middleware.Record).Enabled,
            routes.Order(StringComparer.Ordinal),
            Totals([.. RouteTraffic.Read(runtime).Where(t => routes.Contains(t.Route))])));
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

    private static Labels Names(RouteTraffic traffic) => new() { Route = traffic.Route, Service = traffic.Service };

    private static TotalsView Totals(IReadOnlyList<RouteTraffic> traffic) => new()
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
    private static LatencyView Latency(LatencyTally tally) => new(
        tally.Count, tally.SumSeconds, tally.Count == 0 ? null : tally.SumSeconds / tally.Count, tally.Quantile(0.5), tally.Quantile(0.95), tally.Quantile(0.99));

    private sealed record Labels
    {
        public string? Method { get; init; }

        public string? Code { get; init; }

        public string? Direction { get; init; }

        public string? Route { get; init; }

        public string? Service { get; init; }

        public string? Endpoint { get; init; }

        public int? StatusCode { get; init; }
    }

    private sealed record Sample(Labels Labels, long Value);

    private sealed record LatencySample(Labels Labels, LatencyView Value);

    private sealed record LatencyView(long Count, double Sum, double? Average, double? P50, double? P95, double? P99);

    private sealed record AllView
    {
        public required IEnumerable<Sample> GatewayRequestsTotal { get; init; }

        public required IEnumerable<LatencySample> GatewayRequestDurationSeconds { get; init; }

        public required IEnumerable<LatencySample> GatewayUpstreamLatencySeconds { get; init; }

        public required IEnumerable<Sample> GatewayErrorsTotal { get; init; }

        public required IEnumerable<Sample> GatewayRetriesTotal { get; init; }

        public required IEnumerable<Sample> GatewayBytesTotal { get; init; }

        public required long GatewayClientConnections { get; init; }

        public required IEnumerable<Sample> GatewayCircuitState { get; init; }

        public required IEnumerable<Sample> GatewayEndpointHealthy { get; init; }
    }

    private sealed record ServiceView(Guid Id, string Service, TotalsView Totals, IEnumerable<OfRoute> Routes);

    private sealed record OfRoute(string Route, TotalsView Totals);

    private sealed record RouteView(Guid Id, string Route, TotalsView Totals);

    private sealed record MiddlewareView(Guid Id, string Type, bool Enabled, IEnumerable<string> Routes, TotalsView Totals);

    private sealed record TotalsView
    {
        public required long GatewayRequestsTotal { get; init; }

        public required IReadOnlyDictionary<int, long> ByStatus { get; init; }

        public required IReadOnlyDictionary<string, long> ByMethod { get; init; }

        public required IReadOnlyDictionary<string, long> GatewayErrorsTotal { get; init; }

        public required long GatewayRetriesTotal { get; init; }

        public required long BytesIn { get; init; }

        public required long BytesOut { get; init; }

        public required LatencyView GatewayRequestDurationSeconds { get; init; }

        public required LatencyView GatewayUpstreamLatencySeconds { get; init; }
    }
}
