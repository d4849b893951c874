using Microsoft.Extensions.Logging;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Snapshot;

/// <summary>
/// Resolves, once per snapshot, which middleware applies where. For each plugin exactly one middleware wins; from the strongest scope to the weakest
/// (Kong 3.9, plugins_iterator.lua): consumer+route+service, group+route+service, consumer+route, consumer+service, group+route, group+service,
/// route+service, consumer, group, route, (Sluice's pipeline, policy,) service, global.
/// </summary>
internal sealed class PlanBuilder
{
    private readonly Dictionary<Scope, PluginConfig> byScope = [];
    private readonly List<PluginDescriptor> used = [];
    private readonly Dictionary<PluginConfig, PlannedPlugin> instances = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PluginPlan> sharedPlans = new(StringComparer.Ordinal);
    private readonly Func<PluginConfig, PluginSetup> setup;
    private readonly bool anyConsumerScope;

    /// <param name="document">Whose middleware is planned.</param>
    /// <param name="setup">Makes what a plugin instance is given.</param>
    /// <param name="log">Told about middleware of plugins that are not built.</param>
    public PlanBuilder(GatewayDocument document, Func<PluginConfig, PluginSetup> setup, ILogger log)
    {
        this.setup = setup;
        var plugins = new Dictionary<string, PluginDescriptor>(StringComparer.Ordinal);
        foreach (var middleware in document.Plugins)
        {
            if (!middleware.Enabled) continue;
            if ((middleware.Plugin ?? PluginCatalog.Find(middleware.Name)) is not { } plugin || middleware.Config is null)
            {
                log.LogWarning("plugin {Plugin} is not built into this version and has been left out", middleware.Name);
                continue;
            }

            plugins[middleware.Name] = plugin;
            byScope[Scope.Of(middleware)] = middleware;
            if (middleware.Consumer is not null || middleware.ConsumerGroup is not null) anyConsumerScope = true;
        }

        used.AddRange(plugins.Values.OrderBy(p => PluginCatalog.OrderOf(p.Name)));
    }

    /// <summary>The plan of requests on <paramref name="route"/>.</summary>
    public PluginPlan ForRoute(RouteConfig route, Guid? serviceId)
    {
        var plugins = Resolve(route, serviceId, null);
        if (anyConsumerScope) return new PluginPlan(plugins, consumer => new PluginPlan(Resolve(route, serviceId, consumer), null));

        // Thousands of routes often share the same few plans.
        var key = string.Join(',', plugins.Select(p => p.Middleware.Id));
        return sharedPlans.TryGetValue(key, out var plan) ? plan : sharedPlans[key] = new PluginPlan(plugins, null);
    }

    /// <summary>The plan of requests that match no route.</summary>
    public PluginPlan ForUnmatched() => new(Resolve(null, null, null), null);

    private List<PlannedPlugin> Resolve(RouteConfig? route, Guid? service, ConsumerModel? consumer)
    {
        var plan = new List<PlannedPlugin>();

        // Consumers' plans are made while exchanges run, several at once.
        lock (instances)
            foreach (var descriptor in used)
            {
                if (Winner(descriptor.Name, route, service, consumer) is not { } middleware) continue;
                if (!instances.TryGetValue(middleware, out var planned))
                    instances[middleware] = planned = new PlannedPlugin(descriptor, Create(descriptor, middleware), middleware);
                plan.Add(planned);
            }

        return plan;
    }

    /// <summary>A plugin that fails to be made refuses the configuration, as its own mistake or that of its schema; it must not end the program.</summary>
    private Plugin Create(PluginDescriptor descriptor, PluginConfig middleware)
    {
        try
        {
            var given = setup(middleware);
            var made = descriptor.Create(given);
            made.Failures = given.Failures;
            if (descriptor.IsOwn) made.StageLimit = given.Snapshot.Settings.PluginTimeout;
            return made;
        }
        catch (Exception e) when (e is not SnapshotException)
        {
            throw new SnapshotException($"plugin {middleware.Name} (id {middleware.Id}) cannot be made of its configuration: {e.Message}", e);
        }
    }

    private PluginConfig? Winner(string name, RouteConfig? route, Guid? service, ConsumerModel? consumer)
    {
        var r = route?.Id;
        var c = consumer?.Config.Id;
        if (c is not null && consumer!.HasMiddleware)
        {
            return Find(name, r, service, c, null)
                ?? InGroups(name, r, service, consumer)
                ?? Find(name, r, null, c, null)
                ?? Find(name, null, service, c, null)
                ?? InGroups(name, r, null, consumer)
                ?? InGroups(name, null, service, consumer)
                ?? Find(name, r, service, null, null)
                ?? Find(name, null, null, c, null)
                ?? InGroups(name, null, null, consumer)
                ?? WithoutConsumer(name, route, service);
        }

        return Find(name, r, service, null, null) ?? WithoutConsumer(name, route, service);
    }

    private PluginConfig? WithoutConsumer(string name, RouteConfig? route, Guid? service) =>
        Find(name, route?.Id, null, null, null)
        ?? InPipeline(name, route?.Pipeline)
        ?? InPipeline(name, route?.Policy)
        ?? Find(name, null, service, null, null)
        ?? byScope.GetValueOrDefault(new Scope(name, null, null, null, null, null));

    private PluginConfig? InPipeline(string name, string? pipeline) =>
        pipeline is null ? null : byScope.GetValueOrDefault(new Scope(name, null, null, null, null, pipeline));

    private PluginConfig? InGroups(string name, Guid? route, Guid? service, ConsumerModel consumer)
    {
        foreach (var group in consumer.Groups)
            if (byScope.TryGetValue(new Scope(name, route, service, null, group.Id, null), out var found))
                return found;
        return null;
    }

    /// <summary>A scope that lacks everything would be the global one, which is asked for last and by itself.</summary>
    private PluginConfig? Find(string name, Guid? route, Guid? service, Guid? consumer, Guid? group) =>
        route is null && service is null && consumer is null && group is null
            ? null
            : byScope.GetValueOrDefault(new Scope(name, route, service, consumer, group, null));

    private readonly record struct Scope(string Name, Guid? Route, Guid? Service, Guid? Consumer, Guid? Group, string? Pipeline)
    {
        public static Scope Of(PluginConfig m) => new(m.Name, m.Route?.Id, m.Service?.Id, m.Consumer?.Id, m.ConsumerGroup?.Id, m.Pipeline);
    }
}
