using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ProxyCache;

internal static class ProxyCacheErrors
{
    /// <summary>The client wanted nothing but a cached response (RFC 9111, section 5.2.1.7).</summary>
    public static readonly GatewayError NotCached =
        new(504, "NOT_CACHED", "The upstream server is timing out", Fault.Client, TextFirst: true);
}
