using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.IdentityProviders;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>Sends browsers to the provider to log in (OpenID Connect Core 1.0, section 3.1, with PKCE) and out, and takes them back.</summary>
internal sealed class AuthorizationCodeFlow(OpenIdConnectConfig config, OpenIdClient client, LoginCookies cookies, TimeProvider time)
{
    private const int MaxTarget = 2048;

    private readonly string? redirectUri = config.RedirectUri.Count > 0 ? config.RedirectUri[0] : null;

    /// <summary>The login that the request, sent back by the provider, ends; null for other requests.</summary>
    public PendingLogin? Returning(Exchange exchange)
    {
        if (!HttpMethods.IsGet(exchange.Request.Method) || Argument(exchange, "state") is null) return null;
        if (Argument(exchange, "code") is null && Argument(exchange, "error") is null) return null;
        return cookies.OpenPending(exchange.Request.Cookies, time.GetUtcNow().ToUnixTimeSeconds()) is { } login
            && string.Equals(new Uri(login.RedirectUri).AbsolutePath, exchange.Path, StringComparison.Ordinal)
                ? login
                : null;
    }

    /// <summary>Only somebody who looks at a page can log in: others are better told that they must.</summary>
    public static bool CanStart(Exchange exchange) => HttpMethods.IsGet(exchange.Request.Method) || HttpMethods.IsHead(exchange.Request.Method);

    /// <summary>Where the browser goes to log in, and what must be known when it is back.</summary>
    public (string Location, PendingLogin Login) Start(Uri endpoint, string address, string target)
    {
        // "//host" would be another host's address.
        target = target.Length <= MaxTarget ? "/" + target.TrimStart('/', '\\') : "/";
        var login = new PendingLogin(Random(), Random(), Random(), redirectUri ?? address, target, time.GetUtcNow().ToUnixTimeSeconds());
        var query = new QueryBuilder(endpoint);
        query.Add("response_type", "code");
        query.Add("client_id", client.Credentials.Id!);
        query.Add("redirect_uri", login.RedirectUri);
        query.Add("scope", string.Join(' ', config.Scopes));
        query.Add("state", login.State);
        query.Add("nonce", login.Nonce);
        query.Add("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(login.Verifier))));
        query.Add("code_challenge_method", "S256");
        if (config.Audience.Count > 0) query.Add("audience", string.Join(' ', config.Audience));
        foreach (var (name, value) in config.AuthorizationQueryArgsNames.Zip(config.AuthorizationQueryArgsValues)) query.Add(name, value);
        return (query.ToString(), login);
    }

    /// <summary>The address of the request without its query, as the browser has it.</summary>
    public static string AddressOf(Exchange exchange) => $"{exchange.ForwardedScheme}://{exchange.Request.Host.Value}{exchange.Path}";

    /// <summary>Ends a login: the session, or neither that nor unavailability when it is refused. Continues on any thread.</summary>
    public async Task<(LoginSession? Session, bool Unavailable)> FinishAsync(PendingLogin login, ReturnedLogin returned)
    {
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(login.State), Encoding.UTF8.GetBytes(returned.State)) || returned.Code is null) return default;
        if (await client.FindAsync() is not { } provider) return (null, true);

        // Another provider must not be able to have this one's codes sent to itself (RFC 9207).
        if (returned.Issuer is null ? provider.Metadata.NamesItself : !string.Equals(returned.Issuer, provider.Metadata.Issuer, StringComparison.Ordinal)) return default;
        var answer = await client.RedeemAsync(returned.Code, login);
        if (answer.Tokens is not { } tokens) return (null, answer.Unavailable);
        var attempt = await client.VerifyIdTokenAsync(tokens, login.Nonce);
        if (attempt.Claims is not { } claims) return (null, attempt.Unavailable);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return (new LoginSession(tokens, client.Ends(tokens, claims), now, now, now), false);
    }

    /// <summary>Where the browser goes to log out at the provider, too; null when there is no such place.</summary>
    public string? LogoutAt(FoundProvider? provider, LoginSession? session)
    {
        var after = config.LogoutRedirectUri.Count > 0 ? config.LogoutRedirectUri[0] : null;
        if ((config.EndSessionEndpoint is { } configured ? new Uri(configured) : provider?.Metadata.EndSession) is not { } endpoint) return after;
        var query = new QueryBuilder(endpoint);
        if (client.Credentials.Id is { } id) query.Add("client_id", id);
        if (session?.Tokens.Id is { } token) query.Add("id_token_hint", token);
        if (after is not null) query.Add("post_logout_redirect_uri", after);
        return query.ToString();
    }

    public static ReturnedLogin Read(Exchange exchange) => new(Argument(exchange, "state") ?? "", Argument(exchange, "error") is null ? Argument(exchange, "code") : null, Argument(exchange, "iss"));

    public static Answer Redirect(string location) => new()
    {
        Status = StatusCodes.Status302Found,
        Headers = [new("Location", new StringValues(location)), new("Cache-Control", "no-store")],
    };

    private static string? Argument(Exchange exchange, string name) => QueryArguments.Find(exchange.Query, name).First;

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Adds arguments to an address that may have some.</summary>
    private sealed class QueryBuilder(Uri endpoint)
    {
        private readonly StringBuilder text = new(endpoint.AbsoluteUri);
        private bool any = endpoint.Query.Length > 1;

        public void Add(string name, string value)
        {
            text.Append(any ? '&' : '?').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            any = true;
        }

        public override string ToString() => text.ToString();
    }
}

/// <summary>What the provider sent back with a browser.</summary>
/// <param name="State">What it was given.</param>
/// <param name="Code">What tokens can be had for; null when it refused.</param>
/// <param name="Issuer">Who it says it is.</param>
internal sealed record ReturnedLogin(string State, string? Code, string? Issuer);
