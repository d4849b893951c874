using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>Finds out who calls by what the OpenID provider says of the token, the session or the secret that is shown; has browsers log in there.</summary>
internal sealed class OpenIdConnectPlugin : AuthenticationPlugin
{
    private static readonly PluginSlot<PendingResponse> Slot = new();

    private readonly OpenIdConnectConfig config;
    private readonly GatewaySnapshot snapshot;
    private readonly TimeProvider time;
    private readonly OpenIdClient client;
    private readonly LoginCookies cookies;
    private readonly AuthorizationCodeFlow codeFlow;
    private readonly CredentialSources sources;
    private readonly IdentityHeaders identityHeaders;
    private readonly bool sessions;
    private readonly bool codes;
    private readonly Answer unauthorized;
    private readonly Answer invalidToken;
    private readonly Answer forbidden;

    public OpenIdConnectPlugin(OpenIdConnectConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, config.RunOnPreflight)
    {
        this.config = config;
        snapshot = setup.Snapshot;
        time = setup.Time;
        client = new OpenIdClient(config, setup);
        cookies = new LoginCookies(config, config.SessionSecret ?? MadeUpSecret.For(setup));
        codeFlow = new AuthorizationCodeFlow(config, client, cookies, setup.Time);
        sources = new CredentialSources(config);
        identityHeaders = new IdentityHeaders(config);
        sessions = config.Has("session");
        codes = config.Has("authorization_code");
        var challenge = $"Bearer realm=\"{new Uri(config.Issuer).Host}\"";
        unauthorized = Answer.From(OpenIdConnectErrors.Unauthorized(config.UnauthorizedErrorMessage), new KeyValuePair<string, StringValues>("WWW-Authenticate", challenge));
        invalidToken = Answer.From(
            OpenIdConnectErrors.Unauthorized(config.UnauthorizedErrorMessage), new KeyValuePair<string, StringValues>("WWW-Authenticate", challenge + ", error=\"invalid_token\""));
        forbidden = OpenIdConnectErrors.Forbidden(config.ForbiddenErrorMessage).Answer;
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<OpenIdConnectPlugin, OpenIdConnectConfig>((c, s) => new OpenIdConnectPlugin(c, s))
    {
        Name = "openid-connect",
        Summary = "Callers log in at an OpenID provider, or show its tokens.",
        Authenticates = true,
        ConsumerScope = false,
    };

    public override void Respond(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { } pending) return;
        Slot.Set(exchange, null);
        if (pending.Cookies.Count > 0) exchange.Response.Headers.SetCookie = StringValues.Concat(exchange.Response.Headers.SetCookie, pending.Cookies.ToArray());
        if (pending.Claims is { } claims) identityHeaders.TellClient(exchange.Response.Headers, claims);
    }

    protected override ValueTask<Verdict>? TryAnswer(Exchange exchange)
    {
        identityHeaders.Forget(exchange.Request.Headers);
        if (codes && codeFlow.Returning(exchange) is { } login) return FinishLoginAsync(exchange, login);
        return IsLogout(exchange) ? LogOutAsync(exchange) : null;
    }

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        var bearer = sources.Bearer(exchange);
        if (bearer is not null && client.Known(TokenHash.Of(bearer)) is { } known && !config.IntrospectJwtTokens)
        {
            if (config.HideCredentials) sources.Hide(exchange);
            return new(Accept(exchange, known));
        }

        return FindOutAsync(exchange, bearer);
    }

    private async ValueTask<Answer?> FindOutAsync(Exchange exchange, string? bearer)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var session = sessions && exchange.Request.Headers.Cookie.Count > 0 ? cookies.Open(exchange.Request.Cookies, now) : null;
        if (session is not null)
        {
            var goingOn = await ContinueAsync(session, now);
            await BackAsync(exchange);
            if (goingOn.Unavailable) return OpenIdConnectErrors.ProviderUnavailable.Answer;
            if (goingOn.Session is { } current)
            {
                if (!ReferenceEquals(current, session) && !Keep(exchange, current)) return OpenIdConnectErrors.SessionTooLarge.Answer;
                cookies.Hide(exchange.Request.Headers);
                return Accept(exchange, current.Claims());
            }

            Later(exchange).Cookies.AddRange(cookies.Clear(exchange.Request.Cookies, IsHttps(exchange)));
        }

        var (shown, attempt) = await TryShownAsync(bearer, sources.Basic(exchange), sources.RefreshToken(exchange));
        await BackAsync(exchange);
        if (sessions || codes) cookies.Hide(exchange.Request.Headers);
        if (attempt.Claims is { } claims)
        {
            if (config.HideCredentials) sources.Hide(exchange);
            return Accept(exchange, claims);
        }

        if (attempt.Unavailable) return OpenIdConnectErrors.ProviderUnavailable.Answer;
        if (shown) return bearer is null ? unauthorized : invalidToken;
        return codes && config.Anonymous is null && AuthorizationCodeFlow.CanStart(exchange) ? await StartLoginAsync(exchange) : unauthorized;
    }

    /// <summary>Tries what was shown in the ways that are configured, and whether anything was.</summary>
    private async Task<(bool Shown, Attempt Attempt)> TryShownAsync(string? bearer, BasicCredentials? basic, string? refreshToken)
    {
        var last = default(Attempt);
        if (bearer is not null)
        {
            var hash = TokenHash.Of(bearer);
            var token = config.Has("bearer") ? JsonWebToken.Parse(bearer, out _) : null;
            if (token is not null) last = await client.VerifyAsync(hash, bearer, token);
            if (config.Has("introspection") && (token is null || (config.IntrospectJwtTokens && last.Claims is not null))) last = await client.IntrospectAsync(hash, bearer);
            return (true, last);
        }

        if (basic is { } pair && (config.Has("password") || config.Has("client_credentials")))
        {
            foreach (var grant in config.AuthMethods.Where(m => m is "password" or "client_credentials"))
                if ((last = await client.GrantAsync(grant, pair.Username, System.Text.Encoding.UTF8.GetString(pair.Password))).Claims is not null || last.Unavailable) break;
            return (true, last);
        }

        if (refreshToken is null) return default;
        var answer = await client.RefreshAsync(refreshToken);
        return (true, new Attempt(answer.Tokens is { } tokens ? LoginSession.ClaimsOf(tokens) : null, answer.Unavailable));
    }

    /// <summary>The session, with new tokens where the access token has ended; null when it is over.</summary>
    private async Task<(LoginSession? Session, bool Unavailable)> ContinueAsync(LoginSession session, long now)
    {
        if (session.AccessEnds is not { } ends || now < ends) return (cookies.Due(session, now) ?? session, false);
        if (!config.RefreshTokens || session.Tokens.Refresh is not { } refresh) return default;
        var answer = await client.RefreshAsync(refresh);
        if (answer.Tokens is not { } tokens) return (null, answer.Unavailable);
        if (tokens.Id is not null)
        {
            var attempt = await client.VerifyIdTokenAsync(tokens, nonce: null);
            if (attempt.Claims is not { } claims) return (null, attempt.Unavailable);
            if (!string.Equals(claims.Text(["sub"]), session.Claims().Text(["sub"]), StringComparison.Ordinal)) return default;
        }

        tokens = tokens with { Id = tokens.Id ?? session.Tokens.Id, Refresh = tokens.Refresh ?? refresh, Scope = tokens.Scope ?? session.Tokens.Scope };
        return (new LoginSession(tokens, client.Ends(tokens, LoginSession.ClaimsOf(tokens)), session.Created, now, now), false);
    }

    /// <summary>The caller is known; now whether that suffices, and who it is here.</summary>
    private Answer? Accept(Exchange exchange, CallerClaims claims)
    {
        if (!claims.Meets(config.ScopesRequired, config.ScopesClaim) || !claims.Meets(config.AudienceRequired, config.AudienceClaim)
            || !claims.Meets(config.GroupsRequired, config.GroupsClaim) || !claims.Meets(config.RolesRequired, config.RolesClaim))
            return forbidden;

        ConsumerModel? consumer = null;
        if (config.ConsumerClaim.Count > 0)
        {
            if (claims.Text(config.ConsumerClaim) is { } name) consumer = ConsumerLookup.Find(snapshot, name, config.ConsumerBy);
            if (consumer is null && !config.ConsumerOptional) return forbidden;
        }

        var identifier = claims.Text(config.CredentialClaim) ?? "";
        var credential = TokenCredential.Of(claims.Text(["iss"]) ?? config.Issuer, identifier);
        var field = FieldText.OfForeign(identifier) ?? "";
        if (consumer is not null) Known(exchange, consumer, credential, field);
        else KnownWithoutConsumer(exchange, credential, field);
        identityHeaders.TellUpstream(exchange.Request.Headers, claims);
        new AuthenticatedClaims(claims.Access, claims.Id).LeaveOn(exchange);
        if (identityHeaders.TellsClient) Later(exchange).Claims = claims;
        return null;
    }

    private async ValueTask<Answer?> StartLoginAsync(Exchange exchange)
    {
        var provider = await client.FindAsync();
        await BackAsync(exchange);
        if ((config.AuthorizationEndpoint is { } configured ? new Uri(configured) : provider?.Metadata.Authorization) is not { } endpoint) return OpenIdConnectErrors.ProviderUnavailable.Answer;
        var (location, login) = codeFlow.Start(endpoint, AuthorizationCodeFlow.AddressOf(exchange), exchange.Path + exchange.Query);
        Later(exchange).Cookies.Add(cookies.SavePending(login, IsHttps(exchange)));
        return AuthorizationCodeFlow.Redirect(location);
    }

    private async ValueTask<Verdict> FinishLoginAsync(Exchange exchange, PendingLogin login)
    {
        var (session, unavailable) = await codeFlow.FinishAsync(login, AuthorizationCodeFlow.Read(exchange));
        await BackAsync(exchange);
        Later(exchange).Cookies.Add(cookies.ClearPending(IsHttps(exchange)));
        if (session is null) return unavailable ? OpenIdConnectErrors.ProviderUnavailable.Answer : unauthorized;
        if (!Keep(exchange, session)) return OpenIdConnectErrors.SessionTooLarge.Answer;
        return AuthorizationCodeFlow.Redirect(config.LoginRedirectUri.Count > 0 ? config.LoginRedirectUri[0] : login.Target);
    }

    private bool IsLogout(Exchange exchange) =>
        (config.LogoutQueryArg is not null || config.LogoutUriSuffix is not null)
        && config.LogoutMethods.Contains(exchange.Request.Method, StringComparer.Ordinal)
        && ((config.LogoutQueryArg is { } argument && QueryArguments.Find(exchange.Query, argument).Count > 0)
            || (config.LogoutUriSuffix is { } suffix && exchange.Path.EndsWith(suffix, StringComparison.Ordinal)));

    private async ValueTask<Verdict> LogOutAsync(Exchange exchange)
    {
        var session = cookies.Open(exchange.Request.Cookies, time.GetUtcNow().ToUnixTimeSeconds());
        if (config.LogoutRevoke && session?.Tokens.Refresh is { } refresh) await client.RevokeAsync(refresh);
        var location = codeFlow.LogoutAt(await client.FindAsync(), session);
        await BackAsync(exchange);
        Later(exchange).Cookies.AddRange(cookies.Clear(exchange.Request.Cookies, IsHttps(exchange)));
        return location is null ? new Answer { Status = StatusCodes.Status200OK } : AuthorizationCodeFlow.Redirect(location);
    }

    private bool Keep(Exchange exchange, LoginSession session)
    {
        if (cookies.Save(session, exchange.Request.Cookies, IsHttps(exchange)) is not { } lines) return false;
        Later(exchange).Cookies.AddRange(lines);
        return true;
    }

    private static PendingResponse Later(Exchange exchange)
    {
        if (Slot.Get(exchange) is { } pending) return pending;
        pending = new PendingResponse();
        Slot.Set(exchange, pending);
        return pending;
    }

    private static bool IsHttps(Exchange exchange) => exchange.ForwardedScheme is "https";

    private static async ValueTask BackAsync(Exchange exchange)
    {
        if (exchange.Loop is { } loop) await loop.SwitchTo();
    }

    /// <summary>What the response will say.</summary>
    private sealed class PendingResponse
    {
        public List<string> Cookies { get; } = [];

        public CallerClaims? Claims { get; set; }
    }
}
