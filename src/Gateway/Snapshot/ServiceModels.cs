using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Circuit;

namespace Sluice.Gateway.Snapshot;

/// <summary>Makes the models of a snapshot's services and upstreams: those of its document at once, and later what plugins ask for that is like one of them.</summary>
internal sealed class ServiceModels
{
    private readonly GatewayRuntime runtime;
    private readonly GatewaySnapshot snapshot;
    private readonly BalancingContext balancing;
    private readonly Dictionary<string, UpstreamConfig> upstreams = new(StringComparer.Ordinal);
    private readonly ILookup<Guid, TargetConfig> targets;
    private readonly Dictionary<Guid, CertificateConfig> certificates;
    private readonly Dictionary<Guid, CaCertificateConfig> authorities;
    private readonly Dictionary<Guid, ServiceModel> models = [];

    /// <summary>Fills the snapshot's services and upstreams.</summary>
    public ServiceModels(GatewayRuntime runtime, GatewaySnapshot snapshot)
    {
        this.runtime = runtime;
        this.snapshot = snapshot;
        var document = snapshot.Document;
        foreach (var upstream in document.Upstreams) upstreams[upstream.Name] = upstream;
        targets = document.Targets.ToLookup(t => t.Upstream!.Id);
        certificates = document.Certificates.ToDictionary(c => c.Id);
        authorities = document.CaCertificates.ToDictionary(c => c.Id);
        balancing = new BalancingContext
        {
            Shared = runtime.Shared,
            Lease = snapshot.Lease,
            Resolver = runtime.Resolver,
            Events = runtime.HealthEvents,
            Time = runtime.Time,
            Log = runtime.Logs.CreateLogger("Sluice.Gateway.Upstreams"),
            Certificates = certificates,
            TrustedCertificates = snapshot.Settings.TrustedCertificates,
        };

        var balancers = new Dictionary<string, Balancer>(StringComparer.Ordinal);
        foreach (var service in document.Services)
        {
            var model = models[service.Id] = Make(service);
            if (UpstreamOf(service) is { } upstream) balancers.TryAdd(upstream.Name, model.Balancer);
        }

        snapshot.Services = [.. models.Values];

        // An upstream that no service names is resolved and probed all the same: a route may be pointed at it any time.
        snapshot.Upstreams =
        [
            .. upstreams.Values.Select(upstream => new UpstreamModel
            {
                Config = upstream,
                Balancer = balancers.GetValueOrDefault(upstream.Name) ?? Balancers.Create(upstream, [.. targets[upstream.Id]], balancing),
            }),
        ];
    }

    /// <summary>The document's service; null when there is none.</summary>
    public ServiceModel? Find(Guid id) => models.GetValueOrDefault(id);

    /// <summary>Whether <paramref name="host"/> is the name of an upstream.</summary>
    public bool IsUpstream(string host) => upstreams.ContainsKey(host);

    /// <summary>A model of <paramref name="service"/>, whose balancer, pools and health are shared with what is equal to them. It lives as long as the snapshot.</summary>
    public ServiceModel Make(ServiceConfig service)
    {
        var upstream = UpstreamOf(service);
        return new ServiceModel
        {
            Config = service,
            Balancer = Balancers.Create(service, upstream, upstream is null ? [] : [.. targets[upstream.Id]], balancing),
            Client = runtime.StandIn is { } standIn ? standIn(service) : UpstreamClients.Create(new UpstreamClientSetup
            {
                Service = service,
                ClientCertificate = (service.ClientCertificate ?? upstream?.ClientCertificate) is { } shown ? certificates.GetValueOrDefault(shown.Id) : null,
                CaCertificates = [.. (service.CaCertificates ?? []).Where(authorities.ContainsKey).Select(id => authorities[id])],
                Settings = snapshot.Settings,
                Transport = runtime.Transport,
                Shared = runtime.Shared,
                Lease = snapshot.Lease,
                Time = runtime.Time,
            }),
            CircuitBreaker = CircuitBreakers.Create(service, balancing),
        };
    }

    /// <summary>A model of <paramref name="like"/> at another place: the same protocol, timeouts and certificates.</summary>
    /// <param name="like">The service that it is like.</param>
    /// <param name="owner">What asks for it; keeps health and circuits apart from those of <paramref name="like"/>.</param>
    /// <param name="host">A host name, an address or the name of an upstream; null for the same.</param>
    /// <param name="port">Null for the same.</param>
    /// <param name="path">Put before the path of requests; null for the same.</param>
    public ServiceModel MakeLike(ServiceConfig like, Guid owner, string? host, int? port = null, string? path = null)
    {
        var elsewhere = like with { Id = Combine(like.Id, owner), Port = port ?? like.Port, Path = path ?? like.Path };
        return Make(host is null ? elsewhere : elsewhere with { Host = host, Endpoints = null, Discovery = null });
    }

    private UpstreamConfig? UpstreamOf(ServiceConfig service) =>
        service.Endpoints is null && service.Discovery is null ? upstreams.GetValueOrDefault(service.Host) : null;

    /// <summary>An id for what <paramref name="other"/> makes of <paramref name="one"/>, always the same.</summary>
    public static Guid Combine(Guid one, Guid other)
    {
        Span<byte> bytes = stackalloc byte[16], more = stackalloc byte[16];
        one.TryWriteBytes(bytes);
        other.TryWriteBytes(more);
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= more[i];
        return new Guid(bytes);
    }
}
