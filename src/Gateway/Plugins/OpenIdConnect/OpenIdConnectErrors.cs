using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>What openid-connect answers.</summary>
internal static class OpenIdConnectErrors
{
    /// <summary>The provider does not answer as it should, and nothing that is known decides. Fails closed.</summary>
    public static readonly GatewayError ProviderUnavailable =
        new(503, "IDENTITY_PROVIDER_UNAVAILABLE", "The identity provider is not available", Fault.Upstream);

    /// <summary>The session does not fit into cookies.</summary>
    public static readonly GatewayError SessionTooLarge = new(500, "SESSION_TOO_LARGE", "The session is too large for cookies", Fault.Gateway);

    public static GatewayError Unauthorized(string message) => new(401, "UNAUTHORIZED", message, Fault.Client);

    public static GatewayError Forbidden(string message) => new(403, "FORBIDDEN", message, Fault.Client);
}
