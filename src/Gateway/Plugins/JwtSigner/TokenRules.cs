namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>What is asked of one of the tokens, and what becomes of it. See <see cref="JwtSignerConfig"/>.</summary>
internal sealed record TokenRules
{
    /// <summary><c>access_token</c> or <c>channel_token</c>.</summary>
    public required string Kind { get; init; }

    public required bool Optional { get; init; }

    public required string? JwksUri { get; init; }

    public required string? RequestHeader { get; init; }

    public required double Leeway { get; init; }

    public required bool VerifySignature { get; init; }

    public required bool VerifyExpiry { get; init; }

    public required IReadOnlyList<string> ScopesRequired { get; init; }

    public required IReadOnlyList<string> ScopesClaim { get; init; }

    public required IReadOnlyList<string>? IssuersAllowed { get; init; }

    public required IReadOnlyList<string>? AudiencesAllowed { get; init; }

    public required IReadOnlyList<string> ConsumerClaim { get; init; }

    public required IReadOnlyList<string> ConsumerBy { get; init; }

    public required string? IntrospectionEndpoint { get; init; }

    public required string? IntrospectionAuthorization { get; init; }

    public required string? IntrospectionHint { get; init; }

    public required double IntrospectionTimeout { get; init; }

    public required bool CacheIntrospection { get; init; }

    public required bool Signs { get; init; }

    public required string Algorithm { get; init; }

    public required string Issuer { get; init; }

    public required string? UpstreamHeader { get; init; }

    public required double UpstreamLeeway { get; init; }

    public required string? OriginalHeader { get; init; }

    public required IReadOnlyDictionary<string, string> Add { get; init; }

    public required IReadOnlyDictionary<string, string> Set { get; init; }

    public required IReadOnlyList<string> Remove { get; init; }

    /// <summary>Without what it holds of secrets.</summary>
    public override string ToString() => Kind;
}
