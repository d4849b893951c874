using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HttpCache;

internal static class HttpCacheErrors
{
    /// <summary>The client wanted nothing but a stored response (RFC 9111, section 5.2.1.7).</summary>
    public static readonly GatewayError NotCached = new(504, "NOT_CACHED", "There is no stored response that may be served", Fault.Client);
}
