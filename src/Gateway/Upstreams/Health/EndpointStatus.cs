namespace Sluice.Gateway.Upstreams.Health;

/// <summary>A balancer as it stands.</summary>
public sealed record BalancerStatus
{
    /// <summary>The upstream's name, or the service's host and port.</summary>
    public required string Name { get; init; }

    /// <summary>The upstream's id; null for a service without an upstream.</summary>
    public Guid? UpstreamId { get; init; }

    public required string Algorithm { get; init; }

    /// <summary>Whether requests are served: enough of the weight is healthy.</summary>
    public required bool IsHealthy { get; init; }

    /// <summary>Whether anything can make an endpoint unhealthy (Kong: not <c>HEALTHCHECKS_OFF</c>).</summary>
    public required bool HealthChecksOn { get; init; }

    /// <summary>Where targets are found while the gateway runs; null where they are only configured.</summary>
    public Discovery.DiscoveryStatus? Discovery { get; init; }

    /// <summary>The targets in the order of the configuration, and after them those found.</summary>
    public required IReadOnlyList<TargetStatus> Targets { get; init; }
}

/// <summary>A target and the endpoints that its name stands for.</summary>
public sealed record TargetStatus
{
    /// <summary>The host as configured.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>As configured.</summary>
    public required int Weight { get; init; }

    /// <summary>Why the name has no address; null when it has.</summary>
    public string? ResolveError { get; init; }

    public required IReadOnlyList<EndpointStatus> Endpoints { get; init; }
}

/// <summary>An endpoint as it stands.</summary>
public sealed record EndpointStatus
{
    /// <summary><c>10.0.0.7:8080</c>.</summary>
    public required string Address { get; init; }

    public required int Weight { get; init; }

    public required HealthStatus Health { get; init; }

    public required bool IsHealthy { get; init; }

    /// <summary>Requests under way.</summary>
    public required int InFlight { get; init; }

    /// <summary>The decaying peak of the time to the head of an answer; null before the first one.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>When the health last changed; null when it never did.</summary>
    public DateTimeOffset? LastChange { get; init; }

    /// <summary>The last failure seen, for people: <c>connect failed</c>, <c>status 503 (active)</c>; null without any.</summary>
    public string? LastError { get; init; }
}
