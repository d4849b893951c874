using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams.Dns;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>What balancers and circuit breakers are built with.</summary>
internal sealed class BalancingContext
{
    public required SharedResources Shared { get; init; }

    /// <summary>The lease of the snapshot being built.</summary>
    public required SnapshotLease Lease { get; init; }

    /// <summary>One for the whole gateway.</summary>
    public required NameResolver Resolver { get; init; }

    /// <summary>One for the whole gateway.</summary>
    public required HealthEvents Events { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>The document's certificates by id, for probes of upstreams that ask for one.</summary>
    public IReadOnlyDictionary<Guid, CertificateConfig> Certificates { get; init; } = new Dictionary<Guid, CertificateConfig>();

    /// <summary>The PEM file that probes over TLS verify against; the system's own certificates when null.</summary>
    public string? TrustedCertificates { get; init; }
}
