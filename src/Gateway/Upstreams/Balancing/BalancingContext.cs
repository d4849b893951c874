using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
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

    /// <summary>The certificate and key with an id, for probes of upstreams that ask for one; null when there is none.</summary>
    public Func<Guid, X509Certificate2?>? ClientCertificate { get; init; }

    /// <summary>What probes over TLS verify against; the system's own when null.</summary>
    public X509Certificate2Collection? TrustedCertificates { get; init; }
}
