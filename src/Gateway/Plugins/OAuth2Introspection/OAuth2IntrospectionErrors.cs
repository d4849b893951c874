using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.OAuth2Introspection;

/// <summary>What oauth2-introspection answers.</summary>
internal static class OAuth2IntrospectionErrors
{
    public static readonly GatewayError NoToken = new(401, "TOKEN_MISSING", "The access token is missing", Fault.Client);

    public static readonly GatewayError InvalidToken = new(401, "TOKEN_INVALID", "The access token is invalid or has expired", Fault.Client);

    /// <summary>The server does not answer as it should. Fails closed.</summary>
    public static readonly GatewayError Unavailable = new(503, "INTROSPECTION_UNAVAILABLE", "The authorization server is not available", Fault.Upstream);
}
