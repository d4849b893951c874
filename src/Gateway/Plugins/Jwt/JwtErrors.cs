using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>What jwt answers.</summary>
internal static class JwtErrors
{
    public static readonly GatewayError NoToken = new(401, "TOKEN_MISSING", "Unauthorized", Fault.Client);

    public static readonly GatewayError SeveralTokens = new(401, "TOKEN_DUPLICATE", "Multiple tokens provided", Fault.Client);

    public static readonly GatewayError InvalidAlgorithm = new(401, "TOKEN_ALGORITHM_INVALID", "Invalid algorithm", Fault.Client);

    public static readonly GatewayError InvalidKey = new(401, "TOKEN_KEY_INVALID", "Invalid key/secret", Fault.Gateway);

    public static readonly GatewayError InvalidSignature = new(401, "TOKEN_SIGNATURE_INVALID", "Invalid signature", Fault.Client);

    public static readonly GatewayError WrongIssuer = new(401, "TOKEN_ISSUER_REFUSED", "Invalid issuer", Fault.Client);

    public static readonly GatewayError WrongAudience = new(401, "TOKEN_AUDIENCE_REFUSED", "Invalid audience", Fault.Client);

    public static readonly GatewayError NoConsumer = new(401, "TOKEN_CONSUMER_UNKNOWN", "No consumer found for the token", Fault.Client);

    /// <summary>Neither fetched now nor known from before. Fails closed.</summary>
    public static readonly GatewayError KeysUnavailable = new(503, "TOKEN_KEYS_UNAVAILABLE", "The keys for tokens are not available", Fault.Upstream);

    /// <summary>The key claim is neither a text nor missing. Kong fails in this way, and so do we.</summary>
    public static readonly GatewayError KeyClaimNotText = new(500, "TOKEN_ISSUER_INVALID", "An unexpected error occurred", Fault.Client);

    public static GatewayError Malformed(string problem) => new(401, "TOKEN_MALFORMED", "Bad token; " + problem, Fault.Client);

    public static GatewayError NoKeyClaim(string claim) => new(401, "TOKEN_ISSUER_MISSING", $"No mandatory '{claim}' in claims", Fault.Client);

    public static GatewayError EmptyKeyClaim(string claim) => new(401, "TOKEN_ISSUER_INVALID", $"Invalid '{claim}' in claims", Fault.Client);

    public static GatewayError UnknownKey(string claim) => new(401, "TOKEN_ISSUER_UNKNOWN", $"No credentials found for given '{claim}'", Fault.Client);

    /// <param name="problems">What is wrong with which claim.</param>
    public static GatewayError Claims(string problems) => new(401, "TOKEN_CLAIMS_INVALID", problems, Fault.Client);
}
