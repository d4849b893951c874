using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Health;

namespace Sluice.Gateway.Upstreams;

/// <summary>Chooses the endpoint for each try of a request. Built with the snapshot; what it learns (health, load) is in shared state that survives reloads.</summary>
public abstract class Balancer
{
    /// <summary>All endpoints as they stand, healthy or not, for <c>/status</c>, metrics and explanations. Empty until names are resolved.</summary>
    public abstract IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>The same with what is known of each, and the state of the whole.</summary>
    public abstract BalancerStatus GetStatus();

    /// <summary>
    /// The endpoint for the next try. Completes synchronously unless a name has to be resolved first. Endpoints already in
    /// <paramref name="tried"/> are avoided while there are others.
    /// </summary>
    public abstract ValueTask<EndpointChoice> ChooseAsync(Exchange exchange, TriedEndpoints tried);

    /// <summary>
    /// Sets the health of a target by hand, as Kong's <c>PUT /upstreams/x/targets/y/healthy</c> does; the counters start again.
    /// </summary>
    /// <param name="target">The target as configured (<c>host:port</c>) or one of its addresses (<c>10.0.0.7:8080</c>).</param>
    /// <returns>Whether there is such a target.</returns>
    public abstract bool SetHealth(string target, bool healthy);
}

/// <summary>An endpoint, or why there is none.</summary>
public readonly struct EndpointChoice
{
    public Endpoint? Endpoint { get; init; }

    /// <summary>Set when <see cref="Endpoint"/> is null.</summary>
    public GatewayError? Error { get; init; }
}

/// <summary>The endpoints that a request has been sent to without success. Empty for the first try, when it allocates nothing.</summary>
public readonly struct TriedEndpoints(List<Endpoint>? endpoints)
{
    public int Count => endpoints?.Count ?? 0;

    public bool Contains(Endpoint endpoint) => endpoints?.Contains(endpoint) == true;
}
