using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.BasicAuth;

/// <summary>What basic-auth answers.</summary>
internal static class BasicAuthErrors
{
    /// <summary>Nothing was shown, or nothing good; callers are not told which.</summary>
    public static readonly GatewayError Unauthorized = new(401, "PASSWORD_INVALID", "Unauthorized", Fault.Client);
}
