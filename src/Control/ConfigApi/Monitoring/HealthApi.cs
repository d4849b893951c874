using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Control.ConfigApi.Monitoring;

/// <summary><c>/api/v1/health</c>: what stands behind the gateway, as this node sees it.</summary>
internal sealed class HealthApi(ReleaseManager releases, GatewayRuntime runtime)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet("/api/v1/health", GatewayAsync), new EndpointDescription("Show how the gateway is as a whole") { AnswerType = typeof(GatewayView) });
        Add(routes.MapGet("/api/v1/health/services", http => ListAsync(http, Services(http).Select(Show))), new EndpointDescription("List services with the health of their endpoints") { Lists = true, AnswerType = typeof(ServiceView) });
        Add(routes.MapGet("/api/v1/health/services/{id}", ServiceAsync), new EndpointDescription("Show the health of a service") { AnswerType = typeof(ServiceView) });
        Add(routes.MapGet("/api/v1/health/routes", http => ListAsync(http, Routes(http))), new EndpointDescription("List routes with whether their services can answer") { Lists = true, AnswerType = typeof(RouteView) });
        Add(routes.MapGet("/api/v1/health/circuit-breakers", http => ListAsync(http, Services(http).Where(s => s.CircuitBreaker is not null).Select(Circuit))),
            new EndpointDescription("List circuit breakers with their states") { Lists = true, AnswerType = typeof(CircuitView) });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "health" });

    private Task GatewayAsync(HttpContext http)
    {
        var services = Services(http).ToList();
        var healthy = services.Count(IsHealthy);
        return Envelope.AnswerAsync(http, new GatewayView(
            healthy == services.Count ? "healthy" : "degraded",
            releases.Current.Release.Number,
            releases.HeadProblem,
            releases.DatabaseProblem,
            new CountsView(services.Count, healthy),
            Caller.Of(http) is var caller && caller.IsLimited ? runtime.Current.Routes.Count(r => caller.Covers(r.Config.Tags)) : runtime.Current.Routes.Count,
            services.Count(s => s.CircuitBreaker?.State == CircuitState.Open)));
    }

    private Task ServiceAsync(HttpContext http)
    {
        var reference = ObjectsApi.ReferenceOf(http);
        return Services(http).FirstOrDefault(s => s.Config.Name == reference || s.Config.Id.ToString() == reference) is { } service
            ? Envelope.AnswerAsync(http, Show(service))
            : ObjectAnswers.NotFoundAsync(http, new Services(), reference);
    }

    private static async Task ListAsync(HttpContext http, IEnumerable<object> all)
    {
        if (await Paging.ReadAsync(http) is not { } paging)
            return;
        var list = all.ToList();
        await Envelope.AnswerAsync(http, list.Skip(paging.Offset).Take(paging.Size), page: paging.Of(list.Count));
    }

    private IEnumerable<ServiceModel> Services(HttpContext http)
    {
        var caller = Caller.Of(http);
        return runtime.Current.Services.Where(s => caller.Covers(s.Config.Tags));
    }

    private IEnumerable<RouteView> Routes(HttpContext http)
    {
        var caller = Caller.Of(http);
        var snapshot = runtime.Current;
        var services = snapshot.Services.ToDictionary(s => s.Config.Id);
        return snapshot.Document.Routes.Where(r => caller.Covers(r.Tags)).Select(r => new RouteView(
            r.Id, r.Name, r.Enabled, r.Service is { } reference ? services.GetValueOrDefault(reference.Id)?.Label : null, StatusOf(r, services)));
    }

    private static string StatusOf(RouteConfig route, Dictionary<Guid, ServiceModel> services)
    {
        if (!route.Enabled)
            return "disabled";
        if (route.Service is not { } reference)
            return "no_service";
        var service = services[reference.Id];
        return !service.Config.Enabled ? "disabled" : IsHealthy(service) ? "healthy" : "unhealthy";
    }

    private static bool IsHealthy(ServiceModel service) => service.CircuitBreaker?.State != CircuitState.Open && service.Balancer.GetStatus().IsHealthy;

    private static ServiceView Show(ServiceModel service)
    {
        var balancer = service.Balancer.GetStatus();
        return new ServiceView(
            service.Config.Id,
            service.Config.Name,
            IsHealthy(service) ? "healthy" : "unhealthy",
            service.CircuitBreaker?.State,
            balancer.Algorithm.Replace('-', '_'),
            balancer.HealthChecksOn,
            balancer.UpstreamId is null ? null : balancer.Name,
            [.. balancer.Targets.Select(t => new TargetView(t.Host, t.Port, t.Weight, t.ResolveError, [.. t.Endpoints.Select(Show)]))]);
    }

    private static EndpointView Show(EndpointStatus endpoint) => new(
        endpoint.Address,
        endpoint.Weight,
        endpoint.IsHealthy,
        endpoint.Health,
        endpoint.InFlight,
        endpoint.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 2) : null,
        endpoint.LastChange,
        endpoint.LastError);

    private static CircuitView Circuit(ServiceModel service)
    {
        var config = service.CircuitBreaker!.Config;
        return new CircuitView(
            service.Config.Id,
            service.Config.Name,
            service.CircuitBreaker.State,
            new CircuitConfigView(config.MaxRequests, DurationText.Show(config.Interval), DurationText.Show(config.Timeout), config.ErrorThreshold, config.MinRequests));
    }

    private sealed record GatewayView(string Status, long Release, string? ConfigurationProblem, string? DatabaseProblem, CountsView Services, int Routes, int OpenCircuits);

    private sealed record CountsView(int Total, int Healthy);

    private sealed record RouteView(Guid Id, string? Name, bool Enabled, string? Service, string Status);

    private sealed record ServiceView(
        Guid Id, string? Name, string Status, CircuitState? Circuit, string LoadBalancerType, bool HealthChecks, string? Upstream, IReadOnlyList<TargetView> Targets);

    private sealed record TargetView(string Host, int Port, int Weight, string? ResolveError, IReadOnlyList<EndpointView> Endpoints);

    private sealed record EndpointView(
        string Address, int Weight, bool Healthy, HealthStatus Status, int InFlight, double? LatencyMs, DateTimeOffset? LastChange, string? LastError);

    private sealed record CircuitView(Guid ServiceId, string? Service, CircuitState State, CircuitConfigView Config);

    private sealed record CircuitConfigView(int MaxRequests, string Interval, string Timeout, double ErrorThreshold, int MinRequests);
}
