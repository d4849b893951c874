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
        Add(routes.MapGet("/api/v1/health", GatewayAsync), new EndpointDescription("Show how the gateway is as a whole"));
        Add(routes.MapGet("/api/v1/health/services", http => ListAsync(http, Services(http).Select(Show))), new EndpointDescription("List services with the health of their endpoints") { Lists = true });
        Add(routes.MapGet("/api/v1/health/services/{id}", ServiceAsync), new EndpointDescription("Show the health of a service"));
        Add(routes.MapGet("/api/v1/health/routes", http => ListAsync(http, Routes(http))), new EndpointDescription("List routes with whether their services can answer") { Lists = true });
        Add(routes.MapGet("/api/v1/health/circuit-breakers", http => ListAsync(http, Services(http).Where(s => s.CircuitBreaker is not null).Select(Circuit))),
            new EndpointDescription("List circuit breakers with their states") { Lists = true });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) => endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "health" });

    private Task GatewayAsync(HttpContext http)
    {
        var services = Services(http).ToList();
        var healthy = services.Count(IsHealthy);
        return Envelope.AnswerAsync(http, new
        {
            Status = healthy == services.Count ? "healthy" : "degraded",
            Release = releases.Current.Release.Number,
            ConfigurationProblem = releases.HeadProblem,
            releases.DatabaseProblem,
            Services = new { Total = services.Count, Healthy = healthy },
            Routes = Caller.Of(http) is var caller && caller.IsLimited ? runtime.Current.Routes.Count(r => caller.Covers(r.Config.Tags)) : runtime.Current.Routes.Count,
            OpenCircuits = services.Count(s => s.CircuitBreaker?.State == CircuitState.Open),
        });
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

    private IEnumerable<object> Routes(HttpContext http)
    {
        var caller = Caller.Of(http);
        var snapshot = runtime.Current;
        var services = snapshot.Services.ToDictionary(s => s.Config.Id);
        return snapshot.Document.Routes.Where(r => caller.Covers(r.Tags)).Select(r => (object)new
        {
            r.Id,
            r.Name,
            r.Enabled,
            Service = r.Service is { } reference ? services.GetValueOrDefault(reference.Id)?.Label : null,
            Status = StatusOf(r, services),
        });
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

    private static object Show(ServiceModel service)
    {
        var balancer = service.Balancer.GetStatus();
        return new
        {
            service.Config.Id,
            service.Config.Name,
            Status = IsHealthy(service) ? "healthy" : "unhealthy",
            Circuit = service.CircuitBreaker?.State,
            LoadBalancerType = balancer.Algorithm.Replace('-', '_'),
            HealthChecks = balancer.HealthChecksOn,
            Upstream = balancer.UpstreamId is null ? null : balancer.Name,
            Targets = balancer.Targets.Select(t => new { t.Host, t.Port, t.Weight, t.ResolveError, Endpoints = t.Endpoints.Select(Show) }),
        };
    }

    private static object Show(EndpointStatus endpoint) => new
    {
        endpoint.Address,
        endpoint.Weight,
        Healthy = endpoint.IsHealthy,
        Status = endpoint.Health,
        endpoint.InFlight,
        LatencyMs = endpoint.Latency is { } latency ? Math.Round(latency.TotalMilliseconds, 2) : (double?)null,
        endpoint.LastChange,
        endpoint.LastError,
    };

    private static object Circuit(ServiceModel service) => new
    {
        ServiceId = service.Config.Id,
        Service = service.Config.Name,
        service.CircuitBreaker!.State,
        Config = new
        {
            service.CircuitBreaker.Config.MaxRequests,
            Interval = DurationText.Show(service.CircuitBreaker.Config.Interval),
            Timeout = DurationText.Show(service.CircuitBreaker.Config.Timeout),
            service.CircuitBreaker.Config.ErrorThreshold,
            service.CircuitBreaker.Config.MinRequests,
        },
    };
}
