using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Balancing;

namespace Sluice.Gateway.Plugins.Canary;

/// <summary>Sorts requests into buckets, the first of which go to the new version.</summary>
internal sealed class CanaryBuckets
{
    private readonly HashInputs inputs;
    private readonly uint count;
    private readonly uint stride;
    private uint next;

    /// <param name="hash"><c>consumer</c>, <c>ip</c>, <c>header</c> or <c>none</c>. What a request does not have is replaced by the consumer, then the address.</param>
    /// <param name="header">The field of <c>header</c>.</param>
    /// <param name="count">How many there are.</param>
    public CanaryBuckets(string hash, string? header, int count)
    {
        this.count = (uint)count;
        inputs = hash switch
        {
            "consumer" => new HashInputs(new ConsumerInput(), new ClientAddressInput()),
            "ip" => HashInputs.ClientAddress,
            "header" => new HashInputs(new HeaderInput(header!), new ConsumerInput(), new ClientAddressInput()),
            _ => new HashInputs(),
        };

        // Walking the buckets by about the golden section fills each once per round and never many neighbours in a row.
        stride = (uint)Math.Max(1, count * 0.618);
        while (GreatestCommonDivisor(stride, this.count) != 1) stride++;
    }

    /// <summary>The bucket of a request, from 0.</summary>
    public int Of(Exchange exchange) =>
        inputs.IsEmpty
            ? (int)((ulong)(Interlocked.Increment(ref next) % count) * stride % count)
            : (int)(inputs.Hash(exchange) % count);

    private static uint GreatestCommonDivisor(uint a, uint b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
