using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Balancing;

/// <summary>
/// The same endpoint for the same value of the request, by a ring of points: when an endpoint goes, only what it had moves to others, and when
/// it comes back only that returns. A request without a value gets the endpoint of the empty value, as in Kong.
/// </summary>
internal sealed class ConsistentHashing(HashInputs inputs, int slots) : Algorithm
{
    private readonly HashInputs inputs = inputs;
    private HashRing? ring;

    public override string Name => "consistent-hashing";

    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available)
    {
        if (ring is null || !ring.Endpoints.SequenceEqual(weighted)) ring = new HashRing(weighted, slots);
        return new ByHash(this, ring);
    }

    private sealed class ByHash(ConsistentHashing algorithm, HashRing ring) : Selector
    {
        public override LiveEndpoint Choose(Exchange exchange, TriedEndpoints tried) => ring.Find(algorithm.inputs.Hash(exchange), tried);
    }
}
