using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Gives tokens to clients (RFC 6749) and lets requests pass that show one. At least one grant must be enabled.</summary>
internal sealed record OAuth2Config : IChecked
{
    /// <summary>What clients may ask for.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Whether clients must ask for something.</summary>
    public bool MandatoryScope { get; init; }

    /// <summary>What the application that has authenticated a user shows along with the user. Made up, and so known to nobody, when absent.</summary>
    [Secret]
    public string? ProvisionKey { get; init; }

    /// <summary>Seconds for which access tokens are good; 0 for ever.</summary>
    [Between(0, int.MaxValue)]
    public double TokenExpiration { get; init; } = 7200;

    /// <summary>The authorization code grant.</summary>
    public bool EnableAuthorizationCode { get; init; }

    /// <summary>The implicit grant, which RFC 9700 advises against.</summary>
    public bool EnableImplicitGrant { get; init; }

    /// <summary>The client credentials grant.</summary>
    public bool EnableClientCredentials { get; init; }

    /// <summary>The resource owner password credentials grant, which RFC 9700 advises against.</summary>
    public bool EnablePasswordGrant { get; init; }

    /// <summary>Whether the token is taken out of the request before it goes upstream.</summary>
    public bool HideCredentials { get; init; }

    /// <summary>Whether a trusted proxy's <c>X-Forwarded-Proto: https</c> counts as HTTPS, without which nobody is given anything.</summary>
    public bool AcceptHttpIfAlreadyTerminated { get; init; }

    /// <summary>The consumer (id or username) that callers without a good token are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether tokens are good for every service whose middleware says so, and not only for the one where they were given.</summary>
    public bool GlobalCredentials { get; init; }

    /// <summary>The field that holds <c>Bearer</c> and the token.</summary>
    [HeaderName]
    public string AuthHeaderName { get; init; } = "authorization";

    /// <summary>Seconds for which a refresh token is good; 0 for ever.</summary>
    [Between(0, int.MaxValue)]
    public double RefreshTokenTtl { get; init; } = 1209600;

    /// <summary>Whether a refresh token may be used more than once.</summary>
    public bool ReuseRefreshToken { get; init; }

    /// <summary>Which clients must use proof keys (RFC 7636): none, public ones, or all.</summary>
    [OneOf("none", "lax", "strict")]
    public string Pkce { get; init; } = "lax";

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }

    public void Check(Action<string, string> report)
    {
        if (!EnableAuthorizationCode && !EnableImplicitGrant && !EnableClientCredentials && !EnablePasswordGrant)
            report("", "at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, enable_client_credentials, enable_password_grant");
        if (MandatoryScope && Scopes is null) report("scopes", "required field missing: mandatory_scope is true");
    }
}
