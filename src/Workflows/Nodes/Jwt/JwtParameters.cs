using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Jwt;

/// <summary>What is done with which token.</summary>
[CamelCase]
internal sealed record JwtParameters
{
    /// <summary>Whether a token is made, checked, or only read.</summary>
    [OneOf("sign", "verify", "decode")]
    public string Operation { get; init; } = "sign";

    /// <summary>Whether claims are given as an object.</summary>
    public bool UseJson { get; init; }

    /// <summary>The registered claims, one by one.</summary>
    public JwtClaims Claims { get; init; } = new();

    /// <summary>All claims, as JSON or as an object.</summary>
    public Parameter<JsValue> ClaimsJson { get; init; } = new(default);

    /// <summary>More fields of the token's head.</summary>
    public Parameter<JsValue> HeaderClaims { get; init; } = new(default);

    /// <summary>The token that is checked or read.</summary>
    public Parameter<string> Token { get; init; } = "";

    /// <summary>More about tokens.</summary>
    public JwtOptions Options { get; init; } = new();
}

/// <summary>The registered claims (RFC 7519, 4.1).</summary>
[CamelCase]
internal sealed record JwtClaims
{
    /// <summary>For whom it is: <c>aud</c>.</summary>
    public Parameter<string> Audience { get; init; } = "";

    /// <summary>Seconds from now until it ends: <c>exp</c>.</summary>
    public Parameter<double>? ExpiresIn { get; init; }

    /// <summary>Who made it: <c>iss</c>.</summary>
    public Parameter<string> Issuer { get; init; } = "";

    /// <summary>Its id: <c>jti</c>.</summary>
    public Parameter<string> Jwtid { get; init; } = "";

    /// <summary>Seconds from now until it begins: <c>nbf</c>.</summary>
    public Parameter<double>? NotBefore { get; init; }

    /// <summary>About whom it is: <c>sub</c>.</summary>
    public Parameter<string> Subject { get; init; } = "";
}

/// <summary>More about tokens.</summary>
[CamelCase]
internal sealed record JwtOptions
{
    /// <summary>Whether head and signature are given, too.</summary>
    public bool Complete { get; init; }

    /// <summary>Whether a token that has ended passes.</summary>
    public bool IgnoreExpiration { get; init; }

    /// <summary>Whether a token that has not begun passes.</summary>
    public bool IgnoreNotBefore { get; init; }

    /// <summary>Seconds by which clocks may differ.</summary>
    [Between(0, 86_400)]
    public double ClockTolerance { get; init; }

    /// <summary>The id of the key, for the token's head.</summary>
    public Parameter<string> Kid { get; init; } = "";

    /// <summary>The algorithm; the connection's when absent.</summary>
    [OneOf("ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")]
    public string? Algorithm { get; init; }
}
