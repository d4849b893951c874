using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.KeyAuth;

/// <summary>What key-auth answers.</summary>
internal static class KeyAuthErrors
{
    public static readonly GatewayError NoKey = new(401, "API_KEY_MISSING", "No API key found in request", Fault.Client);

    public static readonly GatewayError DuplicateKey = new(401, "API_KEY_DUPLICATE", "Duplicate API key found", Fault.Client);

    public static readonly GatewayError UnknownKey = new(401, "API_KEY_INVALID", "Unauthorized", Fault.Client);
}
