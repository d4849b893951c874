using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Acl;

/// <summary>What acl answers.</summary>
internal static class AclErrors
{
    /// <summary>Nobody, or only the anonymous consumer, is known to call.</summary>
    public static readonly GatewayError Unauthorized = new(401, "CONSUMER_UNKNOWN", "Unauthorized", Fault.Client);

    public static readonly GatewayError Forbidden = new(403, "CONSUMER_NOT_ALLOWED", "You cannot consume this service", Fault.Client);
}
