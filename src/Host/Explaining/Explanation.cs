using Sluice.Foundation.Secrets;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Routing;
using Sluice.Gateway.Snapshot;

namespace Sluice.Host.Explaining;

/// <summary>What a snapshot does with one request: route, middleware, endpoint.</summary>
internal sealed class Explanation
{
    private readonly GatewaySnapshot snapshot;
    private readonly ExplainedRequest request;
    private readonly RouteMatch match;
    private readonly ConsumerModel? consumer;

    /// <exception cref="Commands.UsageException">There is no such consumer.</exception>
    public Explanation(GatewaySnapshot snapshot, ExplainedRequest request, string? consumer)
    {
        this.snapshot = snapshot;
        this.request = request;
        match = snapshot.Router.Match(request.Query);
        if (consumer is not null)
            this.consumer = snapshot.FindConsumer(consumer) ?? snapshot.ConsumersByCustomId.GetValueOrDefault(consumer)
                ?? throw new Commands.UsageException($"--consumer '{consumer}': there is no such consumer in the file");
    }

    public bool Matched => match.Route is not null;

    public void Write(TextWriter output)
    {
        output.WriteLine(request);
        output.WriteLine();
        WriteRoutes(output);
        WriteMiddleware(output);
        if (match.Route is { } route) WriteService(output, route);
    }

    private void WriteRoutes(TextWriter output)
    {
        output.WriteLine(match.Route is { } route ? $"route: {route.Label}  ({route.Config.Place})" : "route: none; the answer is 404");
        foreach (var line in snapshot.Router.Explain(request.Query))
            output.WriteLine($"  {(line.Matched ? "*" : "-")} {line.Route.Label}: {line.Reason}");
        output.WriteLine();
    }

    private void WriteMiddleware(TextWriter output)
    {
        var plan = match.Route?.Plan ?? snapshot.UnmatchedPlan;
        if (consumer is not null) plan = plan.For(consumer);
        var whose = consumer is null ? "" : $" for consumer {consumer.Label}";
        output.WriteLine(plan.Plugins.Count == 0 ? $"middleware{whose}: none" : $"middleware{whose}, in running order:");
        var place = 0;
        foreach (var planned in plan.Plugins)
        {
            output.WriteLine($"  {++place}. {planned.Descriptor.Name}  {Scope(planned.Middleware)}  ({planned.Middleware.Place})");
            output.WriteLine($"       stages: {string.Join(", ", StagesOf(planned.Instance))}");
            foreach (var (field, value) in EffectiveConfiguration.Describe(planned.Middleware.Config!))
                output.WriteLine($"       {field}: {SecretRedaction.Apply(value, snapshot.Document.Secrets)}");
        }

        output.WriteLine();
    }

    private void WriteService(TextWriter output, RouteModel route)
    {
        if (route.Service is not { } service)
        {
            output.WriteLine("service: none; only middleware can answer");
            return;
        }

        var config = service.Config;
        var host = config.Host.Length > 0 ? config.Host : config.Discovery is null ? "(endpoints)" : "(discovery)";
        output.WriteLine($"service: {service.Label}  {config.Protocol}://{host}{(config.Port > 0 && config.Host.Length > 0 ? $":{config.Port}" : "")}{config.Path}  ({config.Place})");
        output.WriteLine($"  tried {config.Retries + 1} times at most; timeouts: connect {config.ConnectTimeout} ms, read {config.ReadTimeout} ms, write {config.WriteTimeout} ms");
        var upstream = snapshot.Document.Upstreams.FirstOrDefault(u => u.Name == config.Host);
        var algorithm = upstream?.Algorithm ?? config.LoadBalancing ?? "round-robin";
        var endpoints = service.Balancer.Endpoints;
        if (endpoints.Count == 0)
        {
            output.WriteLine(service.Balancer.GetStatus().Discovery is { } found ? $"endpoint: what {found.Source} says when the request comes" : $"endpoint: what {config.Host} resolves to when the request comes");
            return;
        }

        output.WriteLine(endpoints.Count == 1 ? "endpoint:" : $"endpoints, chosen by {Choice(upstream, algorithm)}:");
        foreach (var endpoint in endpoints) output.WriteLine($"  {endpoint.Host}:{endpoint.Port}");
    }

    private static string Choice(UpstreamConfig? upstream, string algorithm) =>
        upstream is { HashOn: not "none" } ? $"consistent-hashing on {upstream.HashOn}" : algorithm;

    /// <summary>Where a middleware is configured: <c>on route "orders"</c>.</summary>
    private string Scope(PluginConfig middleware)
    {
        var scopes = new List<string>();
        if (middleware.Route is { } route) scopes.Add($"route \"{snapshot.Document.Routes.FirstOrDefault(r => r.Id == route.Id)?.Name ?? route.Id.ToString()}\"");
        if (middleware.Service is { } service) scopes.Add($"service \"{snapshot.Document.Services.FirstOrDefault(s => s.Id == service.Id)?.Name ?? service.Id.ToString()}\"");
        if (middleware.Consumer is { } of) scopes.Add($"consumer \"{snapshot.Consumers.GetValueOrDefault(of.Id)?.Label ?? of.Id.ToString()}\"");
        if (middleware.ConsumerGroup is { } group) scopes.Add($"consumer group \"{snapshot.Document.ConsumerGroups.FirstOrDefault(g => g.Id == group.Id)?.Name ?? group.Id.ToString()}\"");
        if (middleware.Pipeline is { } pipeline) scopes.Add($"pipeline \"{pipeline}\"");
        return scopes.Count == 0 ? "global" : "on " + string.Join(" and ", scopes);
    }

    private static IEnumerable<string> StagesOf(Plugin plugin) =>
        typeof(Plugin).GetMethods()
            .Where(m => m.IsVirtual && m.DeclaringType == typeof(Plugin))
            .Where(m => plugin.GetType().GetMethod(m.Name, [typeof(Exchange)])!.DeclaringType != typeof(Plugin))
            .Select(m => m.Name.EndsWith("Async", StringComparison.Ordinal) ? m.Name[..^5] : m.Name);
}
