using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Circuit;

/// <summary>What a client is told when a circuit breaker refuses its request.</summary>
public static class CircuitErrors
{
    public static readonly GatewayError Open =
        new(503, "CIRCUIT_OPEN", "The service keeps failing and is not asked for a while", Fault.Upstream);
}
