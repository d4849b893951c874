using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>Callers log in at an OpenID provider, or show its tokens. Fields are named as in Kong Enterprise's plugin of this name.</summary>
[Shorthand("authorization_cookie_lifetime", "authorization_rolling_timeout"), Shorthand("session_cookie_lifetime", "session_rolling_timeout")]
[Shorthand("session_cookie_idletime", "session_idling_timeout"), Shorthand("session_cookie_samesite", "session_cookie_same_site")]
[Shorthand("session_cookie_httponly", "session_cookie_http_only")]
internal sealed record OpenIdConnectConfig : IChecked
{
    /// <summary>The provider's URL; what it says of itself is found under <c>/.well-known/openid-configuration</c> behind it.</summary>
    [Required, EndpointUrl]
    public string Issuer { get; init; } = "";

    /// <summary>The gateway's client id there; one.</summary>
    [Length(0, 1)]
    public IReadOnlyList<string> ClientId { get; init; } = [];

    /// <summary>The secret that belongs to it; one.</summary>
    [Length(0, 1), Secret]
    public IReadOnlyList<string> ClientSecret { get; init; } = [];

    /// <summary>How the gateway shows them; one.</summary>
    [Length(0, 1), OneOf("client_secret_basic", "client_secret_post", "none")]
    public IReadOnlyList<string> ClientAuth { get; init; } = [];

    /// <summary>
    /// What callers may show: a session's cookie, a token by the provider's keys (<c>bearer</c>), one that the provider is asked about
    /// (<c>introspection</c>), a client's or a user's name and secret, a refresh token; and whether browsers without any are sent to log in.
    /// </summary>
    [OneOf("session", "bearer", "introspection", "client_credentials", "password", "refresh_token", "authorization_code"), Unique]
    public IReadOnlyList<string> AuthMethods { get; init; } =
        ["password", "client_credentials", "authorization_code", "bearer", "introspection", "refresh_token", "session"];

    /// <summary>Where the provider sends browsers back to, which must be served by the same route; the address that was asked for when absent.</summary>
    [Length(0, 1), EndpointUrl]
    public IReadOnlyList<string> RedirectUri { get; init; } = [];

    /// <summary>What tokens are asked for.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid"];

    /// <summary>Whom they should be for, as <c>audience</c> to the provider.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];

    /// <summary>Further issuers whose name tokens by the provider's keys may bear.</summary>
    public IReadOnlyList<string> IssuersAllowed { get; init; } = [];

    public IReadOnlyList<string> AuthorizationQueryArgsNames { get; init; } = [];

    public IReadOnlyList<string> AuthorizationQueryArgsValues { get; init; } = [];

    public IReadOnlyList<string> TokenPostArgsNames { get; init; } = [];

    public IReadOnlyList<string> TokenPostArgsValues { get; init; } = [];

    /// <summary>In place of what the provider says of itself, as the four that follow.</summary>
    [EndpointUrl]
    public string? AuthorizationEndpoint { get; init; }

    [EndpointUrl]
    public string? TokenEndpoint { get; init; }

    [EndpointUrl]
    public string? IntrospectionEndpoint { get; init; }

    [EndpointUrl]
    public string? RevocationEndpoint { get; init; }

    [EndpointUrl]
    public string? EndSessionEndpoint { get; init; }

    /// <summary>What introspection is told that tokens are.</summary>
    public string IntrospectionHint { get; init; } = "access_token";

    /// <summary>Whether the provider is asked about tokens that could be verified here, too.</summary>
    public bool IntrospectJwtTokens { get; init; }

    /// <summary>Where bearer tokens may stand.</summary>
    [OneOf("header", "query", "cookie"), Unique]
    public IReadOnlyList<string> BearerTokenParamType { get; init; } = ["header", "query"];

    /// <summary>The cookie that may hold one.</summary>
    [CookieName]
    public string? BearerTokenCookieName { get; init; }

    /// <summary>The header field that may hold a refresh token.</summary>
    public string RefreshTokenParamName { get; init; } = "refresh_token";

    /// <summary>The claim whose value is the consumer, by its path; callers are no consumers when it is empty.</summary>
    public IReadOnlyList<string> ConsumerClaim { get; init; } = [];

    /// <summary>What of the consumer the claim is.</summary>
    [OneOf("id", "username", "custom_id"), Unique]
    public IReadOnlyList<string> ConsumerBy { get; init; } = ["username", "custom_id"];

    /// <summary>Whether callers whom the claim makes no consumer are served as well.</summary>
    public bool ConsumerOptional { get; init; }

    /// <summary>The claim that names the credential, to the upstream and where limits count by it.</summary>
    public IReadOnlyList<string> CredentialClaim { get; init; } = ["sub"];

    /// <summary>Of these one must be there; of one with blanks in it all parts.</summary>
    public IReadOnlyList<string> ScopesRequired { get; init; } = [];

    public IReadOnlyList<string> ScopesClaim { get; init; } = ["scope"];

    /// <summary>As <c>scopes_required</c>.</summary>
    public IReadOnlyList<string> AudienceRequired { get; init; } = [];

    public IReadOnlyList<string> AudienceClaim { get; init; } = ["aud"];

    /// <summary>As <c>scopes_required</c>.</summary>
    public IReadOnlyList<string> GroupsRequired { get; init; } = [];

    public IReadOnlyList<string> GroupsClaim { get; init; } = ["groups"];

    /// <summary>As <c>scopes_required</c>.</summary>
    public IReadOnlyList<string> RolesRequired { get; init; } = [];

    public IReadOnlyList<string> RolesClaim { get; init; } = ["roles"];

    /// <summary>Claims (of the first level) that the upstream is told in the fields <c>upstream_headers_names</c>.</summary>
    public IReadOnlyList<string> UpstreamHeadersClaims { get; init; } = [];

    [HeaderName]
    public IReadOnlyList<string> UpstreamHeadersNames { get; init; } = [];

    /// <summary>Claims that the client is told in the fields <c>downstream_headers_names</c>.</summary>
    public IReadOnlyList<string> DownstreamHeadersClaims { get; init; } = [];

    [HeaderName]
    public IReadOnlyList<string> DownstreamHeadersNames { get; init; } = [];

    /// <summary>The field that tells the upstream the access token, with <c>:bearer</c> behind it for that word before the token; none when empty.</summary>
    [AllowEmpty]
    public string UpstreamAccessTokenHeader { get; init; } = "authorization:bearer";

    /// <summary>The field that tells the upstream the ID token.</summary>
    public string? UpstreamIdTokenHeader { get; init; }

    /// <summary>Whether what the caller showed is kept from the upstream; the access token goes there by <c>upstream_access_token_header</c> all the same.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>The consumer (id or username) that other callers are taken for; they are refused, or sent to log in, when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether OPTIONS requests need authentication too; CORS preflights cannot have any.</summary>
    public bool RunOnPreflight { get; init; } = true;

    /// <summary>After a login: <c>redirect</c> to what was asked for first (or <c>login_redirect_uri</c>).</summary>
    [OneOf("redirect")]
    public string LoginAction { get; init; } = "redirect";

    [Length(0, 1), EndpointUrl]
    public IReadOnlyList<string> LoginRedirectUri { get; init; } = [];

    /// <summary>The query argument that ends the session.</summary>
    public string? LogoutQueryArg { get; init; }

    /// <summary>The end of paths that end the session.</summary>
    public string? LogoutUriSuffix { get; init; }

    [OneOf("GET", "POST", "DELETE"), Unique]
    public IReadOnlyList<string> LogoutMethods { get; init; } = ["POST", "DELETE"];

    /// <summary>Where the provider sends browsers after they have logged out.</summary>
    [Length(0, 1), EndpointUrl]
    public IReadOnlyList<string> LogoutRedirectUri { get; init; } = [];

    /// <summary>Whether the session's refresh token is revoked when it ends.</summary>
    public bool LogoutRevoke { get; init; }

    /// <summary>What cookies are sealed with. Made up when absent: sessions then end with the process, and other nodes do not know them.</summary>
    [Secret]
    public string? SessionSecret { get; init; }

    [OneOf("cookie")]
    public string SessionStorage { get; init; } = "cookie";

    /// <summary>The session's cookie; large ones go on in cookies with a number behind this name.</summary>
    [CookieName]
    public string SessionCookieName { get; init; } = "session";

    [HeaderValue]
    public string SessionCookiePath { get; init; } = "/";

    [HeaderValue]
    public string? SessionCookieDomain { get; init; }

    [OneOf("Strict", "Lax", "None", "Default")]
    public string SessionCookieSameSite { get; init; } = "Lax";

    public bool SessionCookieHttpOnly { get; init; } = true;

    /// <summary>Whether browsers send the cookies over HTTPS only; where they came by HTTPS themselves when absent.</summary>
    public bool? SessionCookieSecure { get; init; }

    /// <summary>Seconds that a session may go unused; 0 for no limit.</summary>
    [Between(0, int.MaxValue)]
    public double SessionIdlingTimeout { get; init; } = 900;

    /// <summary>Seconds that a session's cookie is good before it must be renewed, which happens in its last quarter; 0 for no limit.</summary>
    [Between(0, int.MaxValue)]
    public double SessionRollingTimeout { get; init; } = 3600;

    /// <summary>Seconds that a session lasts in all; 0 for no limit.</summary>
    [Between(0, int.MaxValue)]
    public double SessionAbsoluteTimeout { get; init; } = 86400;

    /// <summary>The cookie of a login that has begun.</summary>
    [CookieName]
    public string AuthorizationCookieName { get; init; } = "authorization";

    /// <summary>Seconds that a login may take.</summary>
    [Between(1, 86400)]
    public double AuthorizationRollingTimeout { get; init; } = 600;

    /// <summary>Whether sessions are gone on with by their refresh token when their access token has ended.</summary>
    public bool RefreshTokens { get; init; } = true;

    /// <summary>Seconds by which the clocks of the gateway and the provider may differ.</summary>
    [Between(0, 3600)]
    public double Leeway { get; init; }

    /// <summary>Seconds that what the provider says is kept: of itself, its keys, and of tokens.</summary>
    [Between(1, 31536000)]
    public double CacheTtl { get; init; } = 3600;

    /// <summary>Whether tokens that were had for a name and a secret are kept until they end.</summary>
    public bool CacheTokens { get; init; } = true;

    /// <summary>Whether what the provider said of a token is kept.</summary>
    public bool CacheIntrospection { get; init; } = true;

    /// <summary>Seconds between two questions for keys that are missing.</summary>
    [Between(1, 86400)]
    public double RediscoveryLifetime { get; init; } = 30;

    /// <summary>Milliseconds that one call of the provider may take.</summary>
    [Between(1, 60000)]
    public double Timeout { get; init; } = 10000;

    /// <summary>Whether the provider must show a good certificate.</summary>
    public bool SslVerify { get; init; } = true;

    public string UnauthorizedErrorMessage { get; init; } = "Unauthorized";

    public string ForbiddenErrorMessage { get; init; } = "Forbidden";

    [NoEffect("connections are kept as long as they are used")]
    public bool? Keepalive { get; init; }

    [NoEffect("the version of HTTP is agreed on with the provider")]
    public double? HttpVersion { get; init; }

    public bool Has(string method) => AuthMethods.Contains(method, StringComparer.Ordinal);

    public void Check(Action<string, string> report)
    {
        Same("authorization_query_args_values", AuthorizationQueryArgsNames, AuthorizationQueryArgsValues);
        Same("token_post_args_values", TokenPostArgsNames, TokenPostArgsValues);
        Same("upstream_headers_names", UpstreamHeadersClaims, UpstreamHeadersNames);
        Same("downstream_headers_names", DownstreamHeadersClaims, DownstreamHeadersNames);
        if (ClientId.Count == 0 && (Has("authorization_code") || Has("introspection") || Has("refresh_token") || Has("password")))
            report("client_id", "is needed for authorization_code, introspection, refresh_token and password among auth_methods");
        if (Has("authorization_code") && !Has("session")) report("auth_methods", "authorization_code needs session beside it");
        if (BearerTokenParamType.Contains("cookie", StringComparer.Ordinal) && BearerTokenCookieName is null) report("bearer_token_cookie_name", "is needed for cookie in bearer_token_param_type");
        foreach (var (field, value) in new[] { ("session_cookie_path", SessionCookiePath), ("session_cookie_domain", SessionCookieDomain) })
            if (value?.Contains(';', StringComparison.Ordinal) == true) report(field, "must not contain ';': it is part of a Set-Cookie field");
        if (string.Equals(SessionCookieName, AuthorizationCookieName, StringComparison.Ordinal)) report("authorization_cookie_name", "must differ from session_cookie_name");

        void Same(string field, IReadOnlyList<string> names, IReadOnlyList<string> values)
        {
            if (names.Count != values.Count) report(field, $"must have as many elements as the field that it belongs to, which has {names.Count}");
        }
    }
}
