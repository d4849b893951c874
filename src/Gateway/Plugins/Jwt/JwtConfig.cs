using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>Callers show a signed token (RFC 7519) that one of a consumer's keys verifies.</summary>
internal sealed record JwtConfig
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
}
