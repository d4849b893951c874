using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.ConfigApi.Objects;
using Sluice.Control.Identity;

namespace Sluice.Control.ConfigApi.Description;

/// <summary><c>/api/v1/openapi.json</c> and <c>/api/v1/docs</c>.</summary>
internal static class DocumentationApi
{
    public static void Map(IEndpointRouteBuilder routes, IReadOnlyList<Resource> resources)
    {
        // Asked when the first request comes: by then everybody has mapped what they have.
        var document = new Lazy<System.Text.Json.Nodes.JsonObject>(() => OpenApiDocument.Create(routes.DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>(), resources));
        routes.MapGet("/api/v1/openapi.json", http =>
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            return http.Response.WriteAsync(document.Value.ToJsonString(Indented), http.RequestAborted);
        }).WithMetadata(HeedsScopes.Instance, new EndpointDescription("Show this document") { Group = "documentation", ContentTypes = ["application/json"], AnswerType = typeof(System.Text.Json.Nodes.JsonObject) });
        routes.MapGet("/api/v1/docs", http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            return http.Response.WriteAsync(DocumentationPage.Write(document.Value), http.RequestAborted);
        }).WithMetadata(HeedsScopes.Instance, new EndpointDescription("Show this document as a page") { Group = "documentation", ContentTypes = ["text/html"] });
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
