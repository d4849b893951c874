using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.GraphQl;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.DeGraphQl;

/// <summary>Gives a GraphQL server a REST face: requests become operations that the configuration has written down.</summary>
internal sealed class DeGraphQlPlugin(DeGraphQlConfig config) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<DeGraphQlPlugin, DeGraphQlConfig>((config, _) => new(config))
    {
        Name = "degraphql",
        Summary = "Turns REST requests into GraphQL operations.",
    };

    private static readonly JsonNodeOptions AsWritten = new();
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    // What is about the client's own method and body, not about the operation.
    private static readonly string[] Dropped = ["Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Content-Encoding"];

    private readonly DeGraphQlRoute[] routes = [.. config.Routes.Select(r => DeGraphQlRoute.Compile(r).Route!).OrderBy(r => r.Order, StringComparer.Ordinal)];

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        if (Segments(exchange) is not { } path) return Verdict.Stop(DeGraphQlErrors.BadPath.Answer);
        DeGraphQlRoute? elsewhere = null;
        foreach (var route in routes)
        {
            if (!route.Matches(path)) continue;
            if (route.Methods.Contains(exchange.Request.Method)) return SendAsync(exchange, route, path);
            elsewhere ??= route;
        }

        return Verdict.Stop(elsewhere is null ? DeGraphQlErrors.NotFound.Answer : DeGraphQlErrors.MethodNotAllowed(elsewhere.Methods));
    }

    private async ValueTask<Verdict> SendAsync(Exchange exchange, DeGraphQlRoute route, string[] path)
    {
        JsonObject? body = null;
        if (!HttpMethods.IsGet(exchange.Request.Method))
        {
            if (await exchange.ReadRequestBodyAsync(config.MaxBodySize) is not { } bytes) return DeGraphQlErrors.TooLarge.Answer;
            if (bytes.Length > 0 && (body = Read(exchange, bytes)) is null) return DeGraphQlErrors.BadBody.Answer;
        }

        var (request, problem) = route.Write(path, exchange.Query, body);
        if (request is null) return DeGraphQlErrors.BadVariable(problem);
        exchange.ReplaceRequestBody(request);
        var headers = exchange.Request.Headers;
        foreach (var name in Dropped) headers.Remove(name);
        headers.ContentType = "application/json";
        headers.Accept = "application/json";
        exchange.Upstream.Method = HttpMethods.Post;
        exchange.Upstream.Path = config.GraphqlServerPath;
        exchange.Upstream.Query = "";
        return default;
    }

    /// <summary>The path behind the route's and the service's own, decoded.</summary>
    private static string[]? Segments(Exchange exchange)
    {
        var path = exchange.Upstream.Path;
        var own = exchange.Destination?.Config.Path?.TrimEnd('/');
        if (own is { Length: > 0 } && path.StartsWith(own, StringComparison.Ordinal) && (path.Length == own.Length || path[own.Length] == '/')) path = path[own.Length..];
        var segments = DeGraphQlRoute.Split(path);
        for (var i = 0; i < segments.Length; i++) segments[i] = Uri.UnescapeDataString(segments[i]);
        return Array.Exists(segments, s => s.Contains('\0', StringComparison.Ordinal)) ? null : segments;
    }

    private static JsonObject? Read(Exchange exchange, byte[] bytes)
    {
        if (exchange.Request.Headers.ContentEncoding.Count > 0 || MediaType.Parse(exchange.Request.ContentType) is not { IsJson: true }) return null;
        try
        {
            return GraphQlJson.IsUnicode(bytes) ? JsonNode.Parse(bytes, AsWritten, Strict) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
