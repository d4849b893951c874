using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Upstreams.Circuit;

/// <summary>Makes the circuit breaker of a service. One whose settings have not changed is taken over from the snapshot before, with its state.</summary>
internal static class CircuitBreakers
{
    /// <returns>Null for a service without one.</returns>
    public static CircuitBreaker? Create(ServiceConfig service, BalancingContext context) =>
        service.CircuitBreaker is not { } config ? null : context.Shared.Get(
            (service.Id, config),
            context.Lease,
            () => new ServiceCircuitBreaker(service.Name ?? service.Id.ToString(), config, context.Time, context.Events, context.Log));
}
