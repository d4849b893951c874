using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>What jwt-signer answers.</summary>
internal static class JwtSignerErrors
{
    public static readonly GatewayError Unauthorized = new(401, "TOKEN_INVALID", "Unauthorized", Fault.Client);

    /// <summary>The token is good, but lacks scopes, or is nobody's here.</summary>
    public static readonly GatewayError Forbidden = new(403, "TOKEN_NOT_ALLOWED", "Forbidden", Fault.Client);

    /// <summary>Whoever could verify the token is not to be had. Fails closed.</summary>
    public static readonly GatewayError Unavailable = new(503, "ISSUER_UNAVAILABLE", "The token's issuer is not available", Fault.Upstream);
}
