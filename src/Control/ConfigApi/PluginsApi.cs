using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Identity;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Explaining;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.ConfigApi;

/// <summary><c>/api/v1/plugins</c>: what middleware can be made of.</summary>
internal static class PluginsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Add(routes.MapGet("/api/v1/plugins", http => Envelope.AnswerAsync(http, PluginCatalog.All.Select(Show))), new EndpointDescription("List plugins in running order") { ListsAll = true, AnswerType = typeof(PluginView) });
        Add(routes.MapGet("/api/v1/plugins/{name}", http => WithAsync(http, Show)), new EndpointDescription("Show a plugin") { AnswerType = typeof(PluginView) });
        Add(routes.MapGet("/api/v1/plugins/{name}/schema", http => WithAsync(http, DocumentSchema.Of)), new EndpointDescription("Show the JSON Schema of a plugin's settings") { AnswerType = typeof(JsonObject) });
    }

    private static void Add(IEndpointConventionBuilder endpoint, EndpointDescription description) =>
        endpoint.WithMetadata(HeedsScopes.Instance, description with { Group = "plugins" });

    private static Task WithAsync(HttpContext http, Func<PluginDescriptor, object> show)
    {
        var name = (string)http.Request.RouteValues["name"]!;
        return PluginCatalog.Find(name) is { } plugin
            ? Envelope.AnswerAsync(http, show(plugin))
            : Envelope.RefuseAsync(http, StatusCodes.Status404NotFound, new ApiError("PLUGIN_NOT_FOUND", $"there is no plugin '{name}'"));
    }

    private static PluginView Show(PluginDescriptor plugin) => new(
        plugin.Name, plugin.Summary, plugin.Source, PluginCatalog.OrderOf(plugin.Name), Explanation.StagesOf(plugin), plugin.Authenticates, plugin.ConsumerScope, $"/api/v1/plugins/{plugin.Name}/schema");

    /// <param name="Name">In configuration files.</param>
    /// <param name="Summary">One sentence.</param>
    /// <param name="Source"><c>built-in</c>, or the file of the plugin folder that it comes from.</param>
    /// <param name="Order">Its place in the running order, from 0.</param>
    /// <param name="Stages">The stages that it acts in.</param>
    /// <param name="Authenticates">It finds out who calls.</param>
    /// <param name="ConsumerScope">It may be configured for a consumer.</param>
    /// <param name="Schema">The path of its settings' JSON Schema.</param>
    private sealed record PluginView(string Name, string Summary, string Source, int Order, IReadOnlyList<string> Stages, bool Authenticates, bool ConsumerScope, string Schema);
}
