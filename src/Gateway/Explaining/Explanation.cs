using Sluice.Foundation.Secrets;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Explaining;

/// <summary>What a snapshot does with one request: route, middleware, endpoint. Nothing is sent and nothing is counted.</summary>
public sealed record Explanation
{
    public required ExplainedRequest Request { get; init; }

    /// <summary>Where the request goes; null when the answer is 404.</summary>
    public RouteModel? Route { get; init; }

    /// <summary>Why the nearest routes did or did not match, the winner first.</summary>
    public required IReadOnlyList<RouteExplanation> Routes { get; init; }

    /// <summary>Whose middleware is counted in; null for a caller that is not known.</summary>
    public ConsumerModel? Consumer { get; init; }

    /// <summary>What runs, in running order.</summary>
    public required IReadOnlyList<ExplainedMiddleware> Middleware { get; init; }

    /// <summary>Where the request would be sent; null where only middleware can answer.</summary>
    public ExplainedService? Service { get; init; }

    /// <summary>What becomes of <paramref name="request"/>, sent by <paramref name="consumer"/> if that is not null.</summary>
    public static Explanation Of(GatewaySnapshot snapshot, ExplainedRequest request, ConsumerModel? consumer = null)
    {
        var match = snapshot.Router.Match(request.Query);
        var plan = match.Route?.Plan ?? snapshot.UnmatchedPlan;
        if (consumer is not null) plan = plan.For(consumer);
        return new Explanation
        {
            Request = request,
            Route = match.Route,
            Routes = snapshot.Router.Explain(request.Query),
            Consumer = consumer,
            Middleware = [.. plan.Plugins.Select(p => Describe(snapshot, p))],
            Service = match.Route?.Service is { } service ? Describe(snapshot, service) : null,
        };
    }

    private static ExplainedMiddleware Describe(GatewaySnapshot snapshot, PlannedPlugin planned) => new(
        planned.Middleware,
        MiddlewareScope.Describe(snapshot, planned.Middleware),
        StagesOf(planned.Descriptor),
        [.. EffectiveConfiguration.Describe(planned.Middleware.Config!).Select(s => (s.Field, SecretRedaction.Apply(s.Value, snapshot.Document.Secrets)))]);

    private static ExplainedService Describe(GatewaySnapshot snapshot, ServiceModel service)
    {
        var upstream = service.Config.Endpoints is null ? snapshot.Document.Upstreams.FirstOrDefault(u => u.Name == service.Config.Host) : null;
        var choice = upstream is { HashOn: not "none" } ? $"consistent-hashing on {upstream.HashOn}" : upstream?.Algorithm ?? service.Config.LoadBalancing ?? "round-robin";
        return new ExplainedService(service, choice, service.Balancer.Endpoints);
    }

    /// <summary>The stages that a plugin takes part in, in the order of a request.</summary>
    public static IReadOnlyList<string> StagesOf(PluginDescriptor plugin) =>
    [
        .. typeof(Plugin).GetMethods()
            .Where(m => m.IsVirtual && m.DeclaringType == typeof(Plugin))
            .Where(m => plugin.PluginType.GetMethod(m.Name, [.. m.GetParameters().Select(p => p.ParameterType)])!.DeclaringType != typeof(Plugin))
            .Select(m => m.Name.EndsWith("Async", StringComparison.Ordinal) ? m.Name[..^5] : m.Name),
    ];
}

/// <summary>One middleware that runs.</summary>
/// <param name="Config">As it is configured.</param>
/// <param name="Scope">Where: <c>global</c>, <c>on route "orders"</c>.</param>
/// <param name="Stages">The stages it takes part in.</param>
/// <param name="Settings">Its effective settings, dotted names with JSON values, defaults included and secrets left out.</param>
public sealed record ExplainedMiddleware(PluginConfig Config, string Scope, IReadOnlyList<string> Stages, IReadOnlyList<(string Field, string Value)> Settings);

/// <summary>Where a request would be sent.</summary>
/// <param name="Service">The service.</param>
/// <param name="Choice">How an endpoint is chosen.</param>
/// <param name="Endpoints">Those that are known just now; empty while a name is not resolved.</param>
public sealed record ExplainedService(ServiceModel Service, string Choice, IReadOnlyList<Endpoint> Endpoints);
