using System.Buffers.Text;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi;
using Sluice.Control.ConfigApi.Description;
using Sluice.Control.Identity;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Connections;
using Sluice.Workflows.Connections.OAuth2;
using Sluice.Workflows.Nodes;

namespace Sluice.Control.Connections;

/// <summary>
/// <c>/api/v1/connections</c>: the authorisations that nodes of workflows use. What is secret about one goes in and never comes out. Callers who are limited to
/// tenants see and change those of their tenants.
/// </summary>
public sealed class ConnectionsApi(StoredConnections connections, AuditLog audit, TimeProvider time) : IDisposable
{
    private const string Callback = "/api/v1/connections/oauth2/callback";
    private const string Cookie = "sluice_oauth2_";
    private const int MostUnderWay = 20;
    private const string TenantScope = "tenant:";

    private readonly OutgoingHttp http = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/connections", ListAsync).Describe(new EndpointDescription("List connections, without what they hold") { Lists = true, AnswerType = typeof(ConnectionView) }.Asks("tenant", "Only this tenant's.")).WithMetadata(HeedsScopes.Instance);
        routes.MapGet("/api/v1/connections/kinds", KindsAsync).Describe(new EndpointDescription("List the kinds of connection, with the JSON Schema of their fields") { ListsAll = true, AnswerType = typeof(KindView) }).WithMetadata(HeedsScopes.Instance);
        Of(routes.MapGet("/api/v1/connections/{name}", GetAsync), new EndpointDescription("Show a connection, its secret fields masked") { AnswerType = typeof(ConnectionView) });
        Of(routes.MapPut("/api/v1/connections/{name}", PutAsync), new EndpointDescription("Make a connection, or change some of its fields") { BodyType = typeof(ConnectionBody), AnswerType = typeof(ConnectionView) });
        Of(routes.MapDelete("/api/v1/connections/{name}", DeleteAsync), new EndpointDescription("Delete a connection") { Status = 204 });
        Of(routes.MapPost("/api/v1/connections/{name}/authorize", AuthorizeAsync), new EndpointDescription("Begin to let a connection act for a person: the address to open") { AnswerType = typeof(AuthorizationView) });
        routes.MapGet(Callback, FinishAsync).Describe(new EndpointDescription("Where an OAuth 2.0 server sends the person back to") { ContentTypes = [MediaTypeNames.Text.Html] });
    }

    public void Dispose() => http.Dispose();

    private static void Of(IEndpointConventionBuilder endpoint, EndpointDescription description) =>
        endpoint.Describe(description.Asks("tenant", "Whose it is; the operator's own unless given.")).WithMetadata(HeedsScopes.Instance);

    private async Task ListAsync(HttpContext context)
    {
        if (await Paging.ReadAsync(context) is not { } paging) return;
        string? tenant = null;
        if ((Caller.Of(context).IsLimited || context.Request.Query.ContainsKey("tenant")) && (tenant = await TenantAsync(context)) is null) return;
        var (found, total) = await connections.ListAsync(tenant, paging.Offset, paging.Size, context.RequestAborted);
        await Envelope.AnswerAsync(context, found.Select(c => ConnectionView.Of(c)), page: paging.Of(total));
    }

    private static Task KindsAsync(HttpContext context) => Envelope.AnswerAsync(context, ConnectionKinds.All.Select(k => new KindView(k.Name, k.Summary, k.Aliases, k.Schema())));

    private Task GetAsync(HttpContext context) => WithAsync(context, async found =>
    {
        var fields = await connections.MaskedAsync(found.Id, found.Tenant, context.RequestAborted);
        await Envelope.AnswerAsync(context, ConnectionView.Of(found, fields));
    });

    private async Task PutAsync(HttpContext context)
    {
        if (await TenantAsync(context) is not { } tenant) return;
        var name = NameOf(context);
        AuditNote.Of(context).Object = name;
        if (!Accounts.IsName(name))
        {
            await RequestBody.RefuseAsync(context, [new Problem(default, "connection", "name", "expected up to 100 letters, digits and . _ @ + -")]);
            return;
        }

        if (await RequestBody.ReadAsync<ConnectionBody>(context) is not { } body) return;
        if (ConnectionKinds.Find(body.Kind) is not { } kind)
        {
            await RequestBody.RefuseAsync(context, [new Problem(default, "connection", "kind", $"there is no kind '{body.Kind}'{ConnectionKinds.DidYouMean(body.Kind)}")]);
            return;
        }

        var limited = Caller.Of(context).IsLimited;
        if (limited && body.Shared == true)
        {
            await Envelope.RefuseAsync(context, StatusCodes.Status403Forbidden, new ApiError("OUT_OF_SCOPE", "only somebody without limits shares a connection with every tenant", "shared"));
            return;
        }

        var fields = (MapNode)DocumentParser.Parse("body", JsonSerializer.SerializeToUtf8Bytes(body.Fields), DocumentFormat.Json).Root!;
        await AnswerAsync(context, async () =>
        {
            var written = await connections.PutAsync(name, tenant, kind, fields, body.Shared, mayRefer: !limited, Caller.Of(context).Name, context.RequestAborted);
            if (written.Connection is { } connection) await Envelope.AnswerAsync(context, ConnectionView.Of(connection), written.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
            else await RequestBody.RefuseAsync(context, written.Problems);
        });
    }

    private Task DeleteAsync(HttpContext context) => WithAsync(context, async found =>
    {
        await connections.DeleteAsync(found.Id, found.Tenant, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private Task AuthorizeAsync(HttpContext context) => WithAsync(context, async found =>
    {
        var redirect = $"{context.Request.Scheme}://{context.Request.Host}{Callback}";
        var (mark, secret) = (Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        var (address, problem) = await new OAuth2Authorization(connections, http, time).BeginAsync(found.Id, found.Tenant, redirect, secret, context.RequestAborted);
        if (address is null)
        {
            await Envelope.RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError("NOT_AUTHORIZABLE", problem!));
            return;
        }

        // One cookie for each, so that several can be under way. Lax: the server of another site sends the person back by a link.
        context.Response.Cookies.Append(Cookie + mark, secret, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = Callback, MaxAge = OAuth2Authorization.Lifetime });
        await Envelope.AnswerAsync(context, new AuthorizationView(address, redirect));
    });

    // No session comes along from another site. That it was begun here is in the state, encrypted; that this browser began it is in its cookie; and the code is good once.
    private async Task FinishAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var begun = context.Request.Cookies.Where(c => c.Key.StartsWith(Cookie, StringComparison.Ordinal)).Take(MostUnderWay).ToList();
        var text = "The server did not say what it decided.";
        var status = StatusCodes.Status400BadRequest;
        if (query["error"].ToString() is { Length: > 0 } error) text = $"It was refused: {error}";
        else if (query["code"].ToString() is { Length: > 0 } code)
        {
            try
            {
                var (name, problem) = await new OAuth2Authorization(connections, http, time).FinishAsync(query["state"].ToString(), code, guarded: false, begun.Select(c => c.Value), context.RequestAborted);
                if (name is not null) await audit.AppendAsync(new AuditEntry { Actor = "oauth2", ActorKind = "callback", Action = "connections.authorize", Object = name });
                (text, status) = name is not null ? ($"The connection {name} is authorised. You can close this window.", StatusCodes.Status200OK) : ($"It was not done: {problem}.", status);
            }
            catch (Exception unreadable) when (unreadable is InvalidDataException or NodeException)
            {
                text = $"It was not done: {unreadable.Message}.";
            }
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
        await context.Response.WriteAsync($"<!doctype html><title>Sluice</title><p>{HtmlEncoder.Default.Encode(text)}</p>", Encoding.UTF8, context.RequestAborted);
    }

    private async Task WithAsync(HttpContext context, Func<StoredConnection, Task> answer)
    {
        if (await TenantAsync(context) is not { } tenant) return;
        var name = NameOf(context);
        AuditNote.Of(context).Object = name;
        if (name.Contains('\0', StringComparison.Ordinal) || await connections.GetAsync(name, tenant, context.RequestAborted) is not { } found)
            await Envelope.RefuseAsync(context, StatusCodes.Status404NotFound, new ApiError("CONNECTION_NOT_FOUND", $"there is no connection '{name}'{(tenant.Length > 0 ? $" of {tenant}" : "")}"));
        else await AnswerAsync(context, () => answer(found));
    }

    /// <summary>Says what is wrong with the key where one is missing or does not fit: that is for the operator to mend, and no mistake of the caller.</summary>
    private static async Task AnswerAsync(HttpContext context, Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or NodeException)
        {
            await Envelope.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, new ApiError("CONNECTIONS_UNREADABLE", unreadable.Message));
        }
    }

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    /// <summary>Whose connections are meant; null when the caller may not, which has been answered then.</summary>
    private static async Task<string?> TenantAsync(HttpContext context)
    {
        var caller = Caller.Of(context);
        string? asked = context.Request.Query["tenant"];
        if (!caller.IsLimited && (asked is null || Accounts.IsName(asked))) return asked ?? "";
        var own = caller.Scopes.Where(s => s.StartsWith(TenantScope, StringComparison.Ordinal)).Select(s => s[TenantScope.Length..]).ToList();
        if (asked is null && own is [var only]) return only;
        if (asked is not null && own.Contains(asked, StringComparer.Ordinal)) return asked;
        await Envelope.RefuseAsync(context, caller.IsLimited ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest, caller.IsLimited
            ? new ApiError("OUT_OF_SCOPE", asked is null ? $"say in ?tenant= which of {string.Join(", ", own)}" : $"the tenant '{asked}' is not yours", "tenant")
            : new ApiError("VALIDATION_FAILED", "tenant: expected the name of a tenant", "tenant"));
        return null;
    }

    private sealed record ConnectionView(
        string Id, string Name, string Kind, string? Tenant, bool Shared, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, JsonObject? Fields)
    {
        public static ConnectionView Of(StoredConnection c, JsonObject? fields = null) => new(
            c.Id, c.Name, c.Kind, c.Tenant.Length > 0 ? c.Tenant : null, c.Shared, c.CreatedBy, DateTimeOffset.FromUnixTimeMilliseconds(c.CreatedAt), DateTimeOffset.FromUnixTimeMilliseconds(c.UpdatedAt), fields);
    }

    private sealed record KindView(string Name, string Summary, IReadOnlyList<string> Aliases, JsonObject Schema);

    private sealed record AuthorizationView(string Url, string RedirectUri);

    /// <summary>What a connection holds.</summary>
    private sealed record ConnectionBody
    {
        /// <summary>One of /api/v1/connections/kinds.</summary>
        [Required, Length(1, 100)]
        public string Kind { get; init; } = "";

        /// <summary>The fields of its kind; those that are not given stay as they are.</summary>
        public IReadOnlyDictionary<string, JsonNode> Fields { get; init; } = new Dictionary<string, JsonNode>();

        /// <summary>Whether runs of every tenant may use it.</summary>
        public bool? Shared { get; init; }
    }
}
