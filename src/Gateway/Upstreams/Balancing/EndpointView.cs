using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>The endpoints of a pool as they stand, frozen: who can be chosen and how, or why nobody can.</summary>
internal sealed class EndpointView
{
    /// <summary>All of them.</summary>
    public required LiveEndpoint[] All { get; init; }

    /// <summary>Null when no request can be served.</summary>
    public Selector? Selector { get; init; }

    /// <summary>Set when <see cref="Selector"/> is null.</summary>
    public GatewayError? Error { get; init; }

    public EndpointChoice Choose(Exchange exchange, TriedEndpoints tried) =>
        Selector is not null ? new EndpointChoice { Endpoint = Selector.Choose(exchange, tried) } : new EndpointChoice { Error = Error };
}
