using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>Verifies one or two tokens of a request and signs them anew for the upstream. Field names are Kong Enterprise's.</summary>
internal sealed record JwtSignerConfig : IChecked
{
    /// <summary>Named in the <c>WWW-Authenticate</c> field of refusals.</summary>
    [HeaderValue]
    public string? Realm { get; init; }

    /// <summary>
    /// One's own keys. Of those that fit the algorithm the first signs, all are published: a new key goes to the front and the old one stays behind it until
    /// its tokens have ended. Keys are made up at start when there are none, and differ between nodes then.
    /// </summary>
    [Length(0, 20), Extension]
    public IReadOnlyList<SigningKey> SigningKeys { get; init; } = [];

    /// <summary>Seconds after which made-up keys are replaced; the last ones stay published. 0 for never.</summary>
    [Between(0, 31536000), Extension]
    public long KeyRotationPeriod { get; init; }

    /// <summary>The path, as clients ask for it, at which one's own public keys are served; nowhere when absent.</summary>
    [Pattern("/[!-~]*", "a path that starts with /"), Extension]
    public string? JwksPath { get; init; }

    /// <summary>Seconds after which the keys of issuers are fetched anew.</summary>
    [Between(1, 31536000), Extension]
    public int JwksTtl { get; init; } = 3600;

    /// <summary>Milliseconds that fetching them may take.</summary>
    [Between(1, 60000), Extension]
    public int JwksTimeout { get; init; } = 10000;

    /// <summary>Whether issuers must show a good certificate.</summary>
    [Extension]
    public bool SslVerify { get; init; } = true;

    // The access token.

    /// <summary>Whether requests without the access token pass.</summary>
    public bool AccessTokenOptional { get; init; }

    /// <summary>Where its issuer publishes the keys that it is verified by.</summary>
    [EndpointUrl]
    public string? AccessTokenJwksUri { get; init; }

    /// <summary>The field in which the client sends the access token; it is not looked for when absent.</summary>
    [HeaderName, Length(1, 100)]
    public string? AccessTokenRequestHeader { get; init; } = "Authorization";

    /// <summary>Seconds that clocks may differ when its end is checked.</summary>
    [Between(0, 86400)]
    public double AccessTokenLeeway { get; init; }

    /// <summary>Whether its signature is checked.</summary>
    public bool VerifyAccessTokenSignature { get; init; } = true;

    /// <summary>Whether its times are checked; one without <c>exp</c> is then refused.</summary>
    public bool VerifyAccessTokenExpiry { get; init; } = true;

    /// <summary>Whether its scopes are checked.</summary>
    public bool VerifyAccessTokenScopes { get; init; } = true;

    /// <summary>Scopes of which one must be there; several words in one are needed together. Any when absent.</summary>
    public IReadOnlyList<string>? AccessTokenScopesRequired { get; init; }

    /// <summary>The claim that holds scopes, as a path of names.</summary>
    [Length(1)]
    public IReadOnlyList<string> AccessTokenScopesClaim { get; init; } = ["scope"];

    /// <summary>The values of <c>iss</c> that it may have; any when absent.</summary>
    [Unique]
    public IReadOnlyList<string>? AccessTokenIssuersAllowed { get; init; }

    /// <summary>The values one of which must be among <c>aud</c>; any when absent.</summary>
    [Unique]
    public IReadOnlyList<string>? AccessTokenAudiencesAllowed { get; init; }

    /// <summary>The claim that names the consumer, as a path of names; callers are no consumer when absent.</summary>
    public IReadOnlyList<string>? AccessTokenConsumerClaim { get; init; }

    /// <summary>What of a consumer that may be, in the order of trying.</summary>
    [OneOf("id", "username", "custom_id"), Unique]
    public IReadOnlyList<string> AccessTokenConsumerBy { get; init; } = ["username", "custom_id"];

    /// <summary>Where the server is asked about tokens that are no JWT.</summary>
    [EndpointUrl]
    public string? AccessTokenIntrospectionEndpoint { get; init; }

    /// <summary>The <c>Authorization</c> field that it is shown.</summary>
    [Secret, HeaderValue]
    public string? AccessTokenIntrospectionAuthorization { get; init; }

    /// <summary>What it is told that tokens are.</summary>
    public string? AccessTokenIntrospectionHint { get; init; } = "access_token";

    /// <summary>Milliseconds that it may take; 10000 when absent.</summary>
    [Between(1, 60000)]
    public double? AccessTokenIntrospectionTimeout { get; init; }

    /// <summary>Whether its answers are kept for a while.</summary>
    public bool CacheAccessTokenIntrospection { get; init; } = true;

    /// <summary>Whether it is signed anew.</summary>
    public bool AccessTokenSigning { get; init; } = true;

    /// <summary>How it is signed.</summary>
    [OneOf("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")]
    public string AccessTokenSigningAlgorithm { get; init; } = "RS256";

    /// <summary>The <c>iss</c> of the new token; the old one is <c>original_iss</c>.</summary>
    [Length(1, 1000)]
    public string AccessTokenIssuer { get; init; } = "kong";

    /// <summary>The field in which the upstream gets the new token, with <c>:Bearer</c> behind it where that word goes before; it is not sent when absent.</summary>
    [Pattern("[A-Za-z0-9_-]+(:[Bb]earer)?", "the name of a header field, or that and :Bearer")]
    public string? AccessTokenUpstreamHeader { get; init; } = "Authorization:Bearer";

    /// <summary>Seconds that the new token lives longer (or, negative, shorter) than the old one.</summary>
    [Between(-31536000, 31536000)]
    public double AccessTokenUpstreamLeeway { get; init; }

    /// <summary>The field in which the upstream gets the old token, too.</summary>
    [HeaderName, Length(1, 100)]
    public string? OriginalAccessTokenUpstreamHeader { get; init; }

    /// <summary>Claims that it gets where it has none of that name.</summary>
    public IReadOnlyDictionary<string, string> AddAccessTokenClaims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Claims that it gets in any case.</summary>
    public IReadOnlyDictionary<string, string> SetAccessTokenClaims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Claims that are taken out of it.</summary>
    public IReadOnlyList<string> RemoveAccessTokenClaims { get; init; } = [];

    // The channel token.

    /// <summary>Whether requests without the channel token pass.</summary>
    public bool ChannelTokenOptional { get; init; }

    /// <summary>Where its issuer publishes the keys that it is verified by.</summary>
    [EndpointUrl]
    public string? ChannelTokenJwksUri { get; init; }

    /// <summary>The field in which the client sends the channel token; it is not looked for when absent.</summary>
    [HeaderName, Length(1, 100)]
    public string? ChannelTokenRequestHeader { get; init; }

    /// <summary>Seconds that clocks may differ when its end is checked.</summary>
    [Between(0, 86400)]
    public double ChannelTokenLeeway { get; init; }

    /// <summary>Whether its signature is checked.</summary>
    public bool VerifyChannelTokenSignature { get; init; } = true;

    /// <summary>Whether its times are checked; one without <c>exp</c> is then refused.</summary>
    public bool VerifyChannelTokenExpiry { get; init; } = true;

    /// <summary>Whether its scopes are checked.</summary>
    public bool VerifyChannelTokenScopes { get; init; } = true;

    /// <summary>Scopes of which one must be there; several words in one are needed together. Any when absent.</summary>
    public IReadOnlyList<string>? ChannelTokenScopesRequired { get; init; }

    /// <summary>The claim that holds scopes, as a path of names.</summary>
    [Length(1)]
    public IReadOnlyList<string> ChannelTokenScopesClaim { get; init; } = ["scope"];

    /// <summary>The values of <c>iss</c> that it may have; any when absent.</summary>
    [Unique]
    public IReadOnlyList<string>? ChannelTokenIssuersAllowed { get; init; }

    /// <summary>The values one of which must be among <c>aud</c>; any when absent.</summary>
    [Unique]
    public IReadOnlyList<string>? ChannelTokenAudiencesAllowed { get; init; }

    /// <summary>The claim that names the consumer, as a path of names; callers are no consumer when absent.</summary>
    public IReadOnlyList<string>? ChannelTokenConsumerClaim { get; init; }

    /// <summary>What of a consumer that may be, in the order of trying.</summary>
    [OneOf("id", "username", "custom_id"), Unique]
    public IReadOnlyList<string> ChannelTokenConsumerBy { get; init; } = ["username", "custom_id"];

    /// <summary>Where the server is asked about tokens that are no JWT.</summary>
    [EndpointUrl]
    public string? ChannelTokenIntrospectionEndpoint { get; init; }

    /// <summary>The <c>Authorization</c> field that it is shown.</summary>
    [Secret, HeaderValue]
    public string? ChannelTokenIntrospectionAuthorization { get; init; }

    /// <summary>What it is told that tokens are.</summary>
    public string? ChannelTokenIntrospectionHint { get; init; } = "channel_token";

    /// <summary>Milliseconds that it may take; 10000 when absent.</summary>
    [Between(1, 60000)]
    public double? ChannelTokenIntrospectionTimeout { get; init; }

    /// <summary>Whether its answers are kept for a while.</summary>
    public bool CacheChannelTokenIntrospection { get; init; } = true;

    /// <summary>Whether it is signed anew.</summary>
    public bool ChannelTokenSigning { get; init; } = true;

    /// <summary>How it is signed.</summary>
    [OneOf("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")]
    public string ChannelTokenSigningAlgorithm { get; init; } = "RS256";

    /// <summary>The <c>iss</c> of the new token; the old one is <c>original_iss</c>.</summary>
    [Length(1, 1000)]
    public string ChannelTokenIssuer { get; init; } = "kong";

    /// <summary>The field in which the upstream gets the new token, with <c>:Bearer</c> behind it where that word goes before; it is not sent when absent.</summary>
    [Pattern("[A-Za-z0-9_-]+(:[Bb]earer)?", "the name of a header field, or that and :Bearer")]
    public string? ChannelTokenUpstreamHeader { get; init; }

    /// <summary>Seconds that the new token lives longer (or, negative, shorter) than the old one.</summary>
    [Between(-31536000, 31536000)]
    public double ChannelTokenUpstreamLeeway { get; init; }

    /// <summary>The field in which the upstream gets the old token, too.</summary>
    [HeaderName, Length(1, 100)]
    public string? OriginalChannelTokenUpstreamHeader { get; init; }

    /// <summary>Claims that it gets where it has none of that name.</summary>
    public IReadOnlyDictionary<string, string> AddChannelTokenClaims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Claims that it gets in any case.</summary>
    public IReadOnlyDictionary<string, string> SetChannelTokenClaims { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Claims that are taken out of it.</summary>
    public IReadOnlyList<string> RemoveChannelTokenClaims { get; init; } = [];

    /// <summary>What is asked of the access token.</summary>
    [Ignored]
    public TokenRules AccessToken => new TokenRules
    {
        Kind = "access_token",
        Optional = AccessTokenOptional,
        JwksUri = AccessTokenJwksUri,
        RequestHeader = AccessTokenRequestHeader,
        Leeway = AccessTokenLeeway,
        VerifySignature = VerifyAccessTokenSignature,
        VerifyExpiry = VerifyAccessTokenExpiry,
        ScopesRequired = VerifyAccessTokenScopes ? AccessTokenScopesRequired ?? [] : [],
        ScopesClaim = AccessTokenScopesClaim,
        IssuersAllowed = AccessTokenIssuersAllowed,
        AudiencesAllowed = AccessTokenAudiencesAllowed,
        ConsumerClaim = AccessTokenConsumerClaim ?? [],
        ConsumerBy = AccessTokenConsumerBy,
        IntrospectionEndpoint = AccessTokenIntrospectionEndpoint,
        IntrospectionAuthorization = AccessTokenIntrospectionAuthorization,
        IntrospectionHint = AccessTokenIntrospectionHint,
        IntrospectionTimeout = AccessTokenIntrospectionTimeout ?? 10_000,
        CacheIntrospection = CacheAccessTokenIntrospection,
        Signs = AccessTokenSigning && AccessTokenUpstreamHeader is not null,
        Algorithm = AccessTokenSigningAlgorithm,
        Issuer = AccessTokenIssuer,
        UpstreamHeader = AccessTokenUpstreamHeader,
        UpstreamLeeway = AccessTokenUpstreamLeeway,
        OriginalHeader = OriginalAccessTokenUpstreamHeader,
        Add = AddAccessTokenClaims,
        Set = SetAccessTokenClaims,
        Remove = RemoveAccessTokenClaims,
    };

    /// <summary>What is asked of the channel token.</summary>
    [Ignored]
    public TokenRules ChannelToken => new TokenRules
    {
        Kind = "channel_token",
        Optional = ChannelTokenOptional,
        JwksUri = ChannelTokenJwksUri,
        RequestHeader = ChannelTokenRequestHeader,
        Leeway = ChannelTokenLeeway,
        VerifySignature = VerifyChannelTokenSignature,
        VerifyExpiry = VerifyChannelTokenExpiry,
        ScopesRequired = VerifyChannelTokenScopes ? ChannelTokenScopesRequired ?? [] : [],
        ScopesClaim = ChannelTokenScopesClaim,
        IssuersAllowed = ChannelTokenIssuersAllowed,
        AudiencesAllowed = ChannelTokenAudiencesAllowed,
        ConsumerClaim = ChannelTokenConsumerClaim ?? [],
        ConsumerBy = ChannelTokenConsumerBy,
        IntrospectionEndpoint = ChannelTokenIntrospectionEndpoint,
        IntrospectionAuthorization = ChannelTokenIntrospectionAuthorization,
        IntrospectionHint = ChannelTokenIntrospectionHint,
        IntrospectionTimeout = ChannelTokenIntrospectionTimeout ?? 10_000,
        CacheIntrospection = CacheChannelTokenIntrospection,
        Signs = ChannelTokenSigning && ChannelTokenUpstreamHeader is not null,
        Algorithm = ChannelTokenSigningAlgorithm,
        Issuer = ChannelTokenIssuer,
        UpstreamHeader = ChannelTokenUpstreamHeader,
        UpstreamLeeway = ChannelTokenUpstreamLeeway,
        OriginalHeader = OriginalChannelTokenUpstreamHeader,
        Add = AddChannelTokenClaims,
        Set = SetChannelTokenClaims,
        Remove = RemoveChannelTokenClaims,
    };

    public void Check(Action<string, string> report)
    {
        if (AccessTokenRequestHeader is null && ChannelTokenRequestHeader is null) report("", "at least one of these fields must be non-empty: access_token_request_header, channel_token_request_header");
        foreach (var rules in new[] { AccessToken, ChannelToken })
        {
            if (rules.RequestHeader is null) continue;
            if (rules is { VerifySignature: true, JwksUri: null, IntrospectionEndpoint: null })
                report($"{rules.Kind}_jwks_uri", $"must be given, or {rules.Kind}_introspection_endpoint: nothing could be verified");
            if (rules.Signs && SigningKeys.Count > 0 && !SigningKeys.Any(k => TokenSigner.TryRead(k, rules.Algorithm) is not null))
                report("signing_keys", $"none of them is for {rules.Algorithm} ({rules.Kind}_signing_algorithm)");
        }

        if (AccessTokenRequestHeader is not null && string.Equals(AccessTokenRequestHeader, ChannelTokenRequestHeader, StringComparison.OrdinalIgnoreCase))
            report("channel_token_request_header", "must not be the access token's");
    }
}

/// <summary>A key that signs.</summary>
internal sealed record SigningKey
{
    /// <summary>Its <c>kid</c>; the key's thumbprint (RFC 7638) when absent.</summary>
    [Length(1, 200)]
    public string? Id { get; init; }

    /// <summary>The private key in PEM: RSA of 2048 bits or more, or one on P-256, P-384 or P-521.</summary>
    [Required, Secret, PrivateKeyPem]
    public string PrivateKey { get; init; } = "";
}
