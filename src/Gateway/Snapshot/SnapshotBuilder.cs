using Sluice.Gateway.Configuration;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Upstreams;
using Sluice.Gateway.Upstreams.Balancing;
using Sluice.Gateway.Upstreams.Circuit;

namespace Sluice.Gateway.Snapshot;

/// <summary>Builds a whole snapshot from a document: models, balancers, clients, plans, routing table, certificates.</summary>
internal sealed class SnapshotBuilder(GatewayRuntime runtime)
{
    /// <exception cref="SnapshotException">It cannot be built. What it had already taken of the shared resources is let go of.</exception>
    public GatewaySnapshot Build(GatewayDocument document, GatewaySettings settings)
    {
        var snapshot = new GatewaySnapshot { Document = document, Settings = settings };
        try
        {
            Fill(snapshot, document);
            return snapshot;
        }
        catch (Exception e)
        {
            snapshot.Lease.Dispose();
            if (e is SnapshotException) throw;

            // A file that the settings name has gone, a plugin throws: whatever it is, the running configuration must survive it.
            throw new SnapshotException($"the configuration cannot be built: {e.Message}", e);
        }
    }

    private void Fill(GatewaySnapshot snapshot, GatewayDocument document)
    {
        snapshot.Certificates = ServerCertificates.Build(document, snapshot.Settings);
        AddConsumers(snapshot, document);

        var log = runtime.Logs.CreateLogger("Sluice.Gateway.Plugins");
        var plans = new PlanBuilder(
            document,
            middleware => new PluginSetup
            {
                Middleware = middleware,
                Snapshot = snapshot,
                Shared = runtime.Shared,
                Time = runtime.Time,
                Log = log,
            },
            log);
        snapshot.UnmatchedPlan = plans.ForUnmatched();

        var handlers = snapshot.Settings.Workflows?.Prepare(document);
        var services = BuildServices(snapshot, document);
        var routes = new List<RouteModel>(document.Routes.Count);
        foreach (var config in document.Routes)
        {
            if (!config.Enabled) continue;
            var service = config.Service is { } reference ? services.GetValueOrDefault(reference.Id) : null;
            if (service is { Config.Enabled: false }) continue;
            routes.Add(new RouteModel
            {
                Config = config,
                Service = service,
                Handler = config.Workflow is { } workflow ? handlers?.GetValueOrDefault(workflow) : null,
                Plan = plans.ForRoute(config, config.Service?.Id),
                Meter = runtime.Metrics.For(config.Name ?? config.Id.ToString(), service?.Label ?? ""),
            });
        }

        snapshot.Routes = routes;
        snapshot.Router = RouterFactory.Build(snapshot.Settings.RouterFlavor, routes);
    }

    private Dictionary<Guid, ServiceModel> BuildServices(GatewaySnapshot snapshot, GatewayDocument document)
    {
        var upstreams = new Dictionary<string, UpstreamConfig>(StringComparer.Ordinal);
        foreach (var upstream in document.Upstreams) upstreams[upstream.Name] = upstream;
        var targets = document.Targets.ToLookup(t => t.Upstream!.Id);
        var certificates = document.Certificates.ToDictionary(c => c.Id);
        var authorities = document.CaCertificates.ToDictionary(c => c.Id);
        var balancing = new BalancingContext
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
        var models = new Dictionary<Guid, ServiceModel>();
        var balancers = new Dictionary<string, Balancer>(StringComparer.Ordinal);
        foreach (var service in document.Services)
        {
            var upstream = service.Endpoints is null && service.Discovery is null ? upstreams.GetValueOrDefault(service.Host) : null;
            var balancer = Balancers.Create(service, upstream, upstream is null ? [] : [.. targets[upstream.Id]], balancing);
            if (upstream is not null) balancers.TryAdd(upstream.Name, balancer);
            models[service.Id] = new ServiceModel
            {
                Config = service,
                Balancer = balancer,
                Client = UpstreamClients.Create(new UpstreamClientSetup
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
        return models;
    }

    private static void AddConsumers(GatewaySnapshot snapshot, GatewayDocument document)
    {
        var groups = document.ConsumerGroups.ToDictionary(g => g.Id);
        var aclGroups = document.Credentials.OfType<AclGroup>().ToLookup(a => a.Consumer!.Id, a => a.Group);
        var scoped = document.Plugins.Where(p => p.Consumer is not null).Select(p => p.Consumer!.Id).ToHashSet();
        var scopedGroups = document.Plugins.Where(p => p.ConsumerGroup is not null).Select(p => p.ConsumerGroup!.Id).ToHashSet();
        var byId = new Dictionary<Guid, ConsumerModel>(document.Consumers.Count);
        var byUsername = new Dictionary<string, ConsumerModel>(document.Consumers.Count, StringComparer.Ordinal);
        var byCustomId = new Dictionary<string, ConsumerModel>(StringComparer.Ordinal);
        foreach (var config in document.Consumers)
        {
            var model = new ConsumerModel
            {
                Config = config,
                Groups = [.. config.Groups.Select(g => groups[g.Id])],
                AclGroups = [.. aclGroups[config.Id]],
                HasMiddleware = scoped.Contains(config.Id) || config.Groups.Any(g => scopedGroups.Contains(g.Id)),
            };
            byId[config.Id] = model;
            if (config.Username is { } username) byUsername[username] = model;
            if (config.CustomId is { } customId) byCustomId[customId] = model;
        }

        snapshot.Consumers = byId;
        snapshot.ConsumersByUsername = byUsername;
        snapshot.ConsumersByCustomId = byCustomId;
    }
}
