using System.Text.Json;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Discovery;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Host.Admin;

/// <summary>The part of <c>/status</c> about what is behind the gateway: endpoints with their health, circuits, and what changed lately.</summary>
internal static class UpstreamStatus
{
    /// <summary>Of the events kept, so many are shown: the newest.</summary>
    private const int MostEvents = 50;

    public static void Write(Utf8JsonWriter json, GatewaySnapshot snapshot, IReadOnlyList<HealthEvent> events)
    {
        json.WriteStartArray("upstreams");
        foreach (var upstream in snapshot.Upstreams)
        {
            json.WriteStartObject();
            json.WriteString("name", upstream.Config.Name);
            WriteBalancer(json, upstream.Balancer.GetStatus());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("services");
        foreach (var service in snapshot.Services) Write(json, service);
        json.WriteEndArray();
        json.WriteStartArray("health_events");
        foreach (var change in events.TakeLast(MostEvents)) Write(json, change);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ServiceModel service)
    {
        json.WriteStartObject();
        json.WriteString("name", service.Label);
        if (service.CircuitBreaker is { } circuit) json.WriteString("circuit", Circuit(circuit.State));
        var balancer = service.Balancer.GetStatus();
        if (balancer.UpstreamId is not null) json.WriteString("upstream", balancer.Name);
        else WriteBalancer(json, balancer);
        json.WriteEndObject();
    }

    private static void WriteBalancer(Utf8JsonWriter json, BalancerStatus balancer)
    {
        json.WriteString("algorithm", balancer.Algorithm);
        json.WriteBoolean("healthy", balancer.IsHealthy);
        json.WriteBoolean("health_checks", balancer.HealthChecksOn);
        if (balancer.Discovery is { } discovery) Write(json, discovery);
        json.WriteStartArray("targets");
        foreach (var target in balancer.Targets)
        {
            json.WriteStartObject();
            json.WriteString("host", target.Host);
            json.WriteNumber("port", target.Port);
            json.WriteNumber("weight", target.Weight);
            if (target.ResolveError is { } error) json.WriteString("resolve_error", error);
            json.WriteStartArray("endpoints");
            foreach (var endpoint in target.Endpoints) Write(json, endpoint);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, DiscoveryStatus discovery)
    {
        json.WriteStartObject("discovery");
        json.WriteString("source", discovery.Source);
        json.WriteBoolean("up", discovery.IsUp);
        if (discovery.LastAnswer is { } at) json.WriteString("last_answer", at);
        if (discovery.Problem is { } problem) json.WriteString("problem", problem);
        json.WriteNumber("endpoints", discovery.Endpoints);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, EndpointStatus endpoint)
    {
        json.WriteStartObject();
        json.WriteString("address", endpoint.Address);
        json.WriteNumber("weight", endpoint.Weight);
        json.WriteString("health", Health(endpoint.Health));
        json.WriteNumber("in_flight", endpoint.InFlight);
        if (endpoint.Latency is { } latency) json.WriteNumber("latency_ms", Math.Round(latency.TotalMilliseconds, 2));
        if (endpoint.LastChange is { } at) json.WriteString("last_change", at);
        if (endpoint.LastError is { } error) json.WriteString("last_error", error);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, HealthEvent change)
    {
        json.WriteStartObject();
        json.WriteString("at", change.At);
        json.WriteString("kind", Kind(change.Kind));
        json.WriteString("owner", change.Owner);
        if (change.Address is { } address) json.WriteString("address", address);
        json.WriteString("state", change.State);
        json.WriteString("reason", change.Reason);
        json.WriteEndObject();
    }

    private static string Circuit(CircuitState state) => state switch
    {
        CircuitState.Open => "open",
        CircuitState.HalfOpen => "half-open",
        _ => "closed",
    };

    private static string Health(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.MostlyHealthy => "mostly-healthy",
        HealthStatus.MostlyUnhealthy => "mostly-unhealthy",
        _ => "unhealthy",
    };

    private static string Kind(HealthEventKind kind) => kind switch
    {
        HealthEventKind.Endpoint => "endpoint",
        HealthEventKind.Balancer => "balancer",
        HealthEventKind.Plugin => "plugin",
        _ => "circuit",
    };
}
