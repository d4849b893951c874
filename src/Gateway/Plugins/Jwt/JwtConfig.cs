using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>Callers show a signed token (RFC 7519) that one of a consumer's keys verifies.</summary>
internal sealed record JwtConfig : IChecked
{
    /// <summary>Query arguments that may hold the token.</summary>
    [Unique]
    public IReadOnlyList<string> UriParamNames { get; init; } = ["jwt"];

    /// <summary>Cookies that may hold the token.</summary>
    [Unique]
    public IReadOnlyList<string> CookieNames { get; init; } = [];

    /// <summary>Header fields that may hold <c>Bearer</c> and the token.</summary>
    [Unique]
    public IReadOnlyList<string> HeaderNames { get; init; } = ["authorization"];

    /// <summary>The claim (or else the member of the token's header) that names the key.</summary>
    public string KeyClaimName { get; init; } = "iss";

    /// <summary>Whether the secrets of HS keys are written in base64.</summary>
    public bool SecretIsBase64 { get; init; }

    /// <summary>The times in the token that are checked: <c>exp</c> (not reached yet) and <c>nbf</c> (reached).</summary>
    [OneOf("exp", "nbf"), Unique]
    public IReadOnlyList<string>? ClaimsToVerify { get; init; }

    /// <summary>The consumer (id or username) that callers without a good token are taken for; they are refused when absent.</summary>
    public string? Anonymous { get; init; }

    /// <summary>Whether OPTIONS requests need a token too; CORS preflights cannot carry one.</summary>
    public bool RunOnPreflight { get; init; } = true;

    /// <summary>Seconds that a token may still have to live, at most; 0 for any.</summary>
    [Between(0, 31536000)]
    public double MaximumExpiration { get; init; }

    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }

    /// <summary>
    /// How many tokens that were good are remembered, so that their signatures are not verified again before the configuration changes; 8192 when absent, 0 to
    /// verify each time. Their times are checked on every request in any case.
    /// </summary>
    [Between(0, 1_000_000), Extension]
    public int? TokenCacheSize { get; init; }

    /// <summary>Where an issuer publishes its keys. They verify the tokens that name no key of a consumer.</summary>
    [EndpointUrl, Extension]
    public string? JwksUri { get; init; }

    /// <summary>The values of <c>iss</c> that tokens by those keys may have; any when absent.</summary>
    [Unique, Extension]
    public IReadOnlyList<string>? JwksIssuers { get; init; }

    /// <summary>The values one of which must be among <c>aud</c> of tokens by those keys; any when absent.</summary>
    [Unique, Extension]
    public IReadOnlyList<string>? JwksAudiences { get; init; }

    /// <summary>The claim that is the username or custom id of the consumer; when absent, callers with tokens by those keys are no consumer.</summary>
    [Extension]
    public string? JwksConsumerClaim { get; init; }

    /// <summary>Seconds after which the keys are fetched anew; 3600 when absent.</summary>
    [Between(1, 31536000), Extension]
    public int? JwksTtl { get; init; }

    /// <summary>Milliseconds that fetching them may take; 10000 when absent.</summary>
    [Between(1, 60000), Extension]
    public int? JwksTimeout { get; init; }

    /// <summary>Whether their server must show a good certificate; yes when absent.</summary>
    [Extension]
    public bool? JwksSslVerify { get; init; }

    public void Check(Action<string, string> report)
    {
        if (JwksUri is not null) return;
        if (JwksIssuers is not null) Alone("jwks_issuers");
        if (JwksAudiences is not null) Alone("jwks_audiences");
        if (JwksConsumerClaim is not null) Alone("jwks_consumer_claim");
        if (JwksTtl is not null) Alone("jwks_ttl");
        if (JwksTimeout is not null) Alone("jwks_timeout");
        if (JwksSslVerify is not null) Alone("jwks_ssl_verify");

        void Alone(string field) => report(field, "has no meaning without jwks_uri");
    }
}
