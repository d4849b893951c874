using Sluice.Gateway.Configuration;

namespace Sluice.Gateway.Upstreams.Balancing;

internal sealed class HashInputs
{
    public static readonly HashInputs None = new();
    public static HashInputs From(UpstreamConfig upstream) => None;
}
internal sealed class PeakEwma : Algorithm
{
    public override string Name => "latency";
    public override Selector Compile(LiveEndpoint[] weighted, LiveEndpoint[] available) => throw new NotSupportedException();
}
