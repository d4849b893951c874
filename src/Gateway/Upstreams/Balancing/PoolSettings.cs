using Sluice.Gateway.Upstreams.Discovery;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>What a pool is made from.</summary>
internal sealed record PoolSettings
{
    /// <summary>For logs and status: the upstream's name, or the service's host and port.</summary>
    public required string Name { get; init; }

    public Guid? UpstreamId { get; init; }

    public required IReadOnlyList<PoolTarget> Targets { get; init; }

    /// <summary>Where further targets come from while the pool lives; null for nowhere.</summary>
    public DiscoveryFeed? Discovery { get; init; }

    public required Algorithm Algorithm { get; init; }

    public HealthRules Rules { get; init; } = HealthRules.None;

    /// <summary>How long an endpoint that came back gets less than its share.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>The Host sent in place of the target's name.</summary>
    public string? HostHeader { get; init; }

    /// <summary>Whether the host that an SRV record names is sent as Host rather than the target's name.</summary>
    public bool UseSrvName { get; init; }

    /// <summary>The port that is left out of Host: the scheme's own.</summary>
    public int SchemePort { get; init; } = 80;

    /// <summary>A service whose host is no upstream: one target, and a failure to resolve it is told as such.</summary>
    public bool IsDirect { get; init; }
}

/// <summary>One target as configured.</summary>
internal readonly record struct PoolTarget(TargetAddress Address, int Weight);
