using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Explaining;

/// <summary>Where a middleware is configured, for people.</summary>
internal static class MiddlewareScope
{
    /// <summary><c>global</c>, or <c>on route "orders" and consumer "ann"</c>.</summary>
    public static string Describe(GatewaySnapshot snapshot, PluginConfig middleware)
    {
        var document = snapshot.Document;
        var scopes = new List<string>();
        if (middleware.Route is { } route) scopes.Add($"route \"{document.Routes.FirstOrDefault(r => r.Id == route.Id)?.Name ?? route.Id.ToString()}\"");
        if (middleware.Service is { } service) scopes.Add($"service \"{document.Services.FirstOrDefault(s => s.Id == service.Id)?.Name ?? service.Id.ToString()}\"");
        if (middleware.Consumer is { } of) scopes.Add($"consumer \"{snapshot.Consumers.GetValueOrDefault(of.Id)?.Label ?? of.Id.ToString()}\"");
        if (middleware.ConsumerGroup is { } group) scopes.Add($"consumer group \"{document.ConsumerGroups.FirstOrDefault(g => g.Id == group.Id)?.Name ?? group.Id.ToString()}\"");
        if (middleware.Pipeline is { } pipeline) scopes.Add($"pipeline \"{pipeline}\"");
        return scopes.Count == 0 ? "global" : "on " + string.Join(" and ", scopes);
    }
}
