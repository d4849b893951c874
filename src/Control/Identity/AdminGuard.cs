using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Principal;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Audit;
using Sluice.Control.ConfigApi;

namespace Sluice.Control.Identity;

/// <summary>
/// Stands before everything on the admin listener: finds out who sends a request, lets through what they may do, refuses the rest, and has every change and
/// every refusal entered in the audit log.
/// </summary>
public sealed class AdminGuard(Accounts accounts, RequestAudit audit, AdminGuardSettings settings)
{
    private const string KongTokenHeader = "Kong-Admin-Token";

    /// <summary>Signs that a proxy sent the request on: then the caller is not on this machine just because the proxy is.</summary>
    private static readonly string[] ForwardingHeaders = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"];

    /// <summary>The middleware. Runs after routing, whose endpoint may say that it heeds scopes.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        Prepare(http);
        var need = PathPermissions.Of(http.Request.Method, http.Request.Path);
        if (http.Features.Get<AdminDoor>() is { StatusOnly: true })
        {
            if (need is Need.Page || (need is Need.Nothing && HttpMethods.IsGet(http.Request.Method))) await next(http);
            else await Failures.AnswerAsync(http, StatusCodes.Status404NotFound, "NOT_FOUND", "Not found");
            return;
        }

        var changes = PathPermissions.Changes(http.Request.Method, need);
        var (caller, refusal) = await IdentifyAsync(http, need, changes);
        http.Features.Set(caller);
        if (caller.Kind != CallerKind.Anonymous) http.User = new ClaimsPrincipal(new GenericIdentity(caller.Name, caller.Kind.ToString()));
        refusal ??= Refuse(http, caller, need, changes);
        if (refusal is not null) await RefuseAsync(http, refusal);
        else if (!changes) await next(http);
        else if (need != Need.Nothing) await audit.AroundAsync(http, next);
        else
        {
            await next(http);
            await audit.RecordAsync(http);
        }
    }

    private static void Prepare(HttpContext http)
    {
        http.TraceIdentifier = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            var headers = http.Response.Headers;
            var own = http.Request.Path.StartsWithSegments("/api");
            headers[own ? "X-Request-Id" : "X-Kong-Admin-Request-Id"] = http.TraceIdentifier;
            // Programs that use Kong's paths get Kong's answers, to the field.
            if (!own && !Browser.MayHaveSent(http.Request)) return Task.CompletedTask;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, http);
    }

    private async Task<(Caller Caller, Refusal? Refusal)> IdentifyAsync(HttpContext http, Need need, bool changes)
    {
        if (need == Need.Nothing) return (Caller.Anonymous, null);
        if (TokenOf(http.Request) is { } token)
            return await accounts.Tokens.IdentifyAsync(token) is { } caller
                ? (caller, null)
                : (Caller.Anonymous, new Refusal(401, "INVALID_TOKEN", "the token is not known, or has expired or been revoked"));
        if (Browser.Session(http) is { } session && await accounts.Sessions.FindAsync(session) is { } user)
        {
            http.Features.Set(new SignedInSession(session, user));
            return (user.ToCaller(), null);
        }
        if (settings.Access == AdminAccess.Off) return (Caller.Open, null);
        if (!IsLocal(http)) return (Caller.Anonymous, null);
        // From this machine the pages are for everybody, whether the database answers or not.
        if (need == Need.Page) return (Caller.Local, null);
        if (settings.Access == AdminAccess.On || await (changes ? accounts.AnyUserAsync() : accounts.AnyUserLatelyAsync())) return (Caller.Anonymous, null);
        return Browser.IsOurs(http.Request.Host, settings.Hosts) || !Browser.MayHaveSent(http.Request)
            ? (Caller.Local, null)
            : (Caller.Anonymous, new Refusal(403, "HOST_NOT_ALLOWED", "this name is none that the admin listener knows (localhost, an address, --admin-hosts)"));
    }

    private Refusal? Refuse(HttpContext http, Caller caller, Need need, bool changes)
    {
        if (changes && Browser.IsForeign(http)) return new Refusal(403, "FOREIGN_ORIGIN", "the page of another origin may not change anything here");
        if (need == Need.Nothing) return null;
        if (caller.Role is not { } role) return new Refusal(401, "AUTHENTICATION_REQUIRED", "sign in, or send an API token as Authorization: Bearer slc_...");
        if (!PathPermissions.Allows(role, need))
            return new Refusal(403, "NOT_ALLOWED", $"a {role.ToString().ToLowerInvariant()} may not do this; it takes {(need == Need.Administer ? "an admin" : "an operator")}");
        if (caller.IsLimited && need != Need.SignedIn && http.GetEndpoint()?.Metadata.GetMetadata<HeedsScopes>() is null)
            return new Refusal(403, "OUT_OF_SCOPE", $"you are limited to {string.Join(", ", caller.Scopes)}, and this does not keep to that");
        if (!changes) return null;
        if (caller.Kind == CallerKind.User && !Browser.HasCsrfToken(http, http.Features.Get<SignedInSession>()!.Secret))
            return new Refusal(403, "CSRF_TOKEN_REQUIRED", $"a change made with a session needs the field {Browser.CsrfHeader} with the csrf_token that /api/v1/auth/me tells");
        if (caller.Kind == CallerKind.Open && http.Request.Headers.Origin.Count > 0 && !Browser.IsOurs(http.Request.Host, settings.Hosts))
            return new Refusal(403, "HOST_NOT_ALLOWED", "this name is none that the admin listener knows (localhost, an address, --admin-hosts)");
        return null;
    }

    private async Task RefuseAsync(HttpContext http, Refusal refusal)
    {
        if (refusal.Status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"sluice\"";
        await Failures.AnswerAsync(http, refusal.Status, refusal.Code, refusal.Message);
        await audit.RecordAsync(http, refusal.Code);
    }

    private static string? TokenOf(HttpRequest request)
    {
        const string bearer = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)) return authorization[bearer.Length..].Trim();
        return request.Headers[KongTokenHeader].ToString() is { Length: > 0 } token ? token : null;
    }

    /// <summary>Whether the connection itself, not what a field of the request says of it, begins and ends on this machine.</summary>
    private static bool IsLocal(HttpContext http) =>
        IsLoopback(http.Connection.RemoteIpAddress) && IsLoopback(http.Connection.LocalIpAddress)
        && !ForwardingHeaders.Any(http.Request.Headers.ContainsKey);

    /// <summary>A Unix socket has no address; who may open its file is local.</summary>
    private static bool IsLoopback(IPAddress? address) => address is null || IPAddress.IsLoopback(address);

    private sealed record Refusal(int Status, string Code, string Message);
}

/// <summary>The session that a request is sent with.</summary>
internal sealed record SignedInSession(string Secret, User User);
