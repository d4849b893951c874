using Sluice.Gateway.Configuration;
using Sluice.Gateway.Listeners;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;

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

        // Before the plugins, some of which send requests to other services than the route's.
        var services = new ServiceModels(runtime, snapshot);
        var log = runtime.Logs.CreateLogger("Sluice.Gateway.Plugins");
        var plans = new PlanBuilder(
            document,
            middleware => new PluginSetup
            {
                Middleware = middleware,
                Snapshot = snapshot,
                Shared = runtime.Shared,
                Time = runtime.Time,
                Failures = runtime.FailuresOf(middleware.Name, snapshot.Settings),
                Log = log,
                Services = services,
                Random = runtime.Random,
            },
            log);
        snapshot.UnmatchedPlan = plans.ForUnmatched();

        var handlers = snapshot.Settings.Workflows?.Prepare(document);
        var routes = new List<RouteModel>(document.Routes.Count);
        foreach (var config in document.Routes)
        {
            if (!config.Enabled) continue;
            var service = config.Service is { } reference ? services.Find(reference.Id) : null;
            if (service is { Config.Enabled: false }) continue;
            routes.Add(new RouteModel
            {
                Config = config,
                Service = service,
                Handler = config.WorkflowCalls ? snapshot.Settings.Workflows?.Calls : config.Workflow is { } workflow ? handlers?.GetValueOrDefault(workflow) : null,
                Plan = plans.ForRoute(config, config.Service?.Id),
                Meter = runtime.Metrics.For(config.Name ?? config.Id.ToString(), service?.Label ?? ""),
            });
        }

        snapshot.Routes = routes;
        snapshot.Router = RouterFactory.Build(snapshot.Settings.RouterFlavor, routes);
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
