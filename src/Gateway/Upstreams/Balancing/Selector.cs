using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>A way to choose between the endpoints of a pool. Lives as long as the pool; what it counts goes on when the endpoints change.</summary>
internal abstract class Algorithm
{
    /// <summary>As written in the configuration.</summary>
    public abstract string Name { get; }

    /// <summary>Compiles the choice for the endpoints as they stand.</summary>
    /// <param name="weighted">All endpoints that have a weight, healthy or not.</param>
    /// <param name="available">Those of them that are healthy; at least one.</param>
    public abstract Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available);
}

/// <summary>Chooses an endpoint for each try. Made anew whenever the endpoints or their health change. Safe from any thread, allocates nothing.</summary>
internal abstract class Selector
{
    /// <summary>An endpoint, if possible one that is not in <paramref name="tried"/>.</summary>
    public abstract LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried);
}

/// <summary>The choice where there is none.</summary>
internal sealed class OnlyEndpoint(LiveEndpoint endpoint) : Selector
{
    public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried) => endpoint;
}
