using System.Collections.Concurrent;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;

namespace Sluice.Gateway.Snapshot;

/// <summary>The frozen, compiled form of one configuration that exchanges run on.</summary>
public sealed class GatewaySnapshot
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> derived = new();

    /// <summary>What it was built from.</summary>
    public required GatewayDocument Document { get; init; }

    /// <summary>What the gateway is told outside the document: addresses, trusted proxies, headers, limits.</summary>
    public required GatewaySettings Settings { get; init; }

    public Router Router { get; internal set; } = null!;

    public IReadOnlyList<RouteModel> Routes { get; internal set; } = [];

    public IReadOnlyList<ServiceModel> Services { get; internal set; } = [];

    /// <summary>All upstreams, whether a service names them or not.</summary>
    public IReadOnlyList<UpstreamModel> Upstreams { get; internal set; } = [];

    /// <summary>The middleware of requests that match no route: the global ones, in their Respond and Record stages only.</summary>
    public PluginPlan UnmatchedPlan { get; internal set; } = null!;

    /// <summary>Consumers by id.</summary>
    public IReadOnlyDictionary<Guid, ConsumerModel> Consumers { get; internal set; } = new Dictionary<Guid, ConsumerModel>();

    /// <summary>Consumers by username and by custom id.</summary>
    public IReadOnlyDictionary<string, ConsumerModel> ConsumersByUsername { get; internal set; } = new Dictionary<string, ConsumerModel>();

    public IReadOnlyDictionary<string, ConsumerModel> ConsumersByCustomId { get; internal set; } = new Dictionary<string, ConsumerModel>();

    /// <summary>The certificates shown to clients, by server name.</summary>
    public ServerCertificates Certificates { get; internal set; } = null!;

    /// <summary>The exchanges that run on this snapshot.</summary>
    internal InFlight Exchanges { get; } = new();

    /// <summary>What this snapshot holds of the shared resources.</summary>
    public SnapshotLease Lease { get; } = new();

    /// <summary>What several middleware of this snapshot share and derive from it once, such as credentials by key: one per type.</summary>
    public T Derived<T>(Func<GatewaySnapshot, T> make)
        where T : class =>
        (T)derived.GetOrAdd(typeof(T), static (_, arg) => new Lazy<object>(() => arg.make(arg.snapshot)), (make, snapshot: this)).Value;

    /// <summary>The consumer that <paramref name="idOrUsername"/> names, as in a plugin's <c>anonymous</c>; null when there is none.</summary>
    public ConsumerModel? FindConsumer(string idOrUsername) =>
        Guid.TryParse(idOrUsername, out var id) && Consumers.TryGetValue(id, out var byId) ? byId : ConsumersByUsername.GetValueOrDefault(idOrUsername);
}
