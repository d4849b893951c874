using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>Why there is no endpoint for a request; the wording is Kong's.</summary>
public static class BalancingErrors
{
    /// <summary>An upstream without targets, with none of them healthy, or with less healthy weight than its threshold asks for.</summary>
    public static readonly GatewayError NoHealthyEndpoints =
        new(503, "NO_HEALTHY_ENDPOINTS", "failure to get a peer from the ring-balancer", Fault.Upstream);

    /// <summary>The host name of a service has no address, or no name server answered.</summary>
    public static readonly GatewayError NameResolutionFailed =
        new(503, "NAME_RESOLUTION_FAILED", "name resolution failed", Fault.Upstream);
}
