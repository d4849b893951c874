using System.Text.Json;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Discovery;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>Makes the balancer of a service. What is equal to what an earlier snapshot had is taken over from it, with all it knows.</summary>
internal static class Balancers
{
    /// <param name="upstream">The upstream that the service names as its host; null when its host is a name or an address.</param>
    /// <param name="targets">The upstream's targets.</param>
    public static Balancer Create(ServiceConfig service, UpstreamConfig? upstream, IReadOnlyList<TargetConfig> targets, BalancingContext context)
    {
        var schemePort = service.Protocol switch
        {
            "http" or "grpc" => 80,
            "https" or "grpcs" => 443,
            _ => -1,
        };
        var pool = upstream is not null ? ForUpstream(upstream, targets, schemePort, context)
            : service.Discovery is { } discovery ? ForDiscovery(service, discovery, schemePort, context)
            : service.Endpoints is { } endpoints && (endpoints.Count > 0 || service.Host.Length == 0) ? ForEndpoints(service, endpoints, schemePort, context)
            : ForHost(service, schemePort, context);
        return new PooledBalancer(pool);
    }

    /// <summary>The balancer of an upstream by itself, which has its names resolved and its targets probed even if no service names it.</summary>
    public static Balancer Create(UpstreamConfig upstream, IReadOnlyList<TargetConfig> targets, BalancingContext context) =>
        new PooledBalancer(ForUpstream(upstream, targets, schemePort: 80, context));

    private static EndpointPool ForUpstream(
        UpstreamConfig upstream, IReadOnlyList<TargetConfig> targets, int schemePort, BalancingContext context)
    {
        var slowStart = TimeSpan.FromMilliseconds(upstream.SlowStart);
        return Share(upstream.Id, Fingerprint(upstream, targets), context, new PoolSettings
        {
            Name = upstream.Name,
            UpstreamId = upstream.Id,
            Targets = [.. targets.Select(t => Target(t.Target, t.Weight)), .. NamesOf(upstream.Discovery)],
            Discovery = upstream.Discovery is { } found ? DiscoveryFeeds.For(found, context) : null,
            Algorithm = AlgorithmOf(upstream.Algorithm, HashInputs.From(upstream), upstream.Slots, slowStart),
            Rules = HealthRules.From(upstream),
            SlowStart = slowStart,
            HostHeader = upstream.HostHeader,
            UseSrvName = upstream.UseSrvName,
            SchemePort = schemePort,
        });
    }

    private static EndpointPool ForEndpoints(
        ServiceConfig service, IReadOnlyList<EndpointConfig> endpoints, int schemePort, BalancingContext context)
    {
        var fingerprint = JsonSerializer.Serialize(new { service.LoadBalancing, service.HealthCheck, endpoints });
        return Share(service.Id, fingerprint, context, new PoolSettings
        {
            Name = service.Name ?? service.Id.ToString(),
            Targets = [.. endpoints.Select(e => Target(e.Address, e.Weight))],
            Algorithm = EndpointAlgorithm(service.LoadBalancing),
            Rules = service.HealthCheck is { } check ? HealthRules.From(check) : HealthRules.None,
            SchemePort = schemePort,
        });
    }

    private static EndpointPool ForDiscovery(ServiceConfig service, DiscoveryConfig discovery, int schemePort, BalancingContext context)
    {
        var fingerprint = JsonSerializer.Serialize(new { service.LoadBalancing, service.HealthCheck, service.Host, discovery });
        return Share(service.Id, fingerprint, context, new PoolSettings
        {
            Name = service.Name ?? service.Id.ToString(),
            Targets = [.. NamesOf(discovery)],
            Discovery = DiscoveryFeeds.For(discovery, context),
            Algorithm = EndpointAlgorithm(service.LoadBalancing),
            Rules = service.HealthCheck is { } check ? HealthRules.From(check) : HealthRules.None,
            HostHeader = service.Host.Length > 0 ? service.Host : null,
            SchemePort = schemePort,
        });
    }

    /// <summary>What is found by DNS is a target whose name is resolved like any other.</summary>
    private static IEnumerable<PoolTarget> NamesOf(DiscoveryConfig? discovery) =>
        discovery is not null && DiscoveryFeeds.TargetOf(discovery) is { } name ? [name] : [];

    private static EndpointPool ForHost(ServiceConfig service, int schemePort, BalancingContext context)
    {
        var address = new TargetAddress(service.Host.Trim('[', ']'), service.Port);
        var name = TargetAddress.HostHeader(address.Host, address.Port, -1);
        var settings = new PoolSettings
        {
            Name = name,
            Targets = [new PoolTarget(address, 100)],
            Algorithm = new RoundRobin(TimeSpan.Zero),
            Rules = service.HealthCheck is { } check ? HealthRules.From(check) : HealthRules.None,
            SchemePort = schemePort,
            IsDirect = true,
        };
        // Services at the same place share what is known of it, unless one of them has it checked.
        return service.HealthCheck is null
            ? Share(name, name, context, settings)
            : Share(service.Id, JsonSerializer.Serialize(new { name, service.HealthCheck }), context, settings);
    }

    /// <param name="scope">What the endpoints belong to: all pools of it know the same of them.</param>
    /// <param name="fingerprint">All that the pool depends on but the scheme.</param>
    private static EndpointPool Share(object scope, string fingerprint, BalancingContext context, PoolSettings settings)
    {
        var (shared, lease, time) = (context.Shared, context.Lease, context.Time);
        var group = shared.Get(scope, lease, () => new EndpointGroup(settings.Name, time, context.Events, context.Log));
        var checker = settings.Rules.Active is { } active ? ShareChecker(scope, fingerprint, settings.Name, active, context) : null;
        return shared.Get(
            (scope, fingerprint, settings.SchemePort, checker), lease, () => new EndpointPool(settings, group, checker, context.Resolver, time));
    }

    private static ActiveChecker ShareChecker(object scope, string fingerprint, string name, ProbeSettings active, BalancingContext context)
    {
        var certificate = active.ClientCertificate is { } id ? context.Certificates.GetValueOrDefault(id) : null;
        return context.Shared.Get((scope, fingerprint, certificate?.Cert), context.Lease, () =>
        {
            string[] authorities = context.TrustedCertificates is { } file && active.IsTls ? [File.ReadAllText(file)] : [];
            return new ActiveChecker(name, active, new UpstreamTls(active.VerifyCertificate, depth: null, authorities, certificate), context.Time);
        });
    }

    private static Algorithm AlgorithmOf(string name, HashInputs hash, int slots, TimeSpan slowStart) => name switch
    {
        "least-connections" => new LeastConnections(slowStart),
        "latency" => new PeakEwma(slowStart),
        "random" => new RandomOfTwo(slowStart),
        "consistent-hashing" => new ConsistentHashing(hash, slots),
        // Kong: whoever says what to hash means consistent hashing.
        _ when !hash.IsEmpty => new ConsistentHashing(hash, slots),
        _ => new RoundRobin(slowStart),
    };

    /// <summary>Endpoints in place have no hash settings: consistent hashing is by the client's address.</summary>
    private static Algorithm EndpointAlgorithm(string? name) =>
        AlgorithmOf(name ?? "round-robin", name == "consistent-hashing" ? HashInputs.ClientAddress : new HashInputs(), 10000, TimeSpan.Zero);

    private static PoolTarget Target(string text, int weight) =>
        TargetAddress.TryParse(text, TargetAddress.DefaultTargetPort, out var address)
            ? new PoolTarget(address, weight)
            : new PoolTarget(new TargetAddress(text, 0), 0);

    /// <summary>All that a pool depends on, as text; labels and the place in the file do not count.</summary>
    private static string Fingerprint(UpstreamConfig upstream, IReadOnlyList<TargetConfig> targets) =>
        JsonSerializer.Serialize(upstream with { Tags = [], Targets = [], Place = default, CreatedAt = null, UpdatedAt = null })
        + JsonSerializer.Serialize(targets.Select(t => new { t.Target, t.Weight }));
}
