using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams;

/// <summary>What a client is told when an upstream fails. The wording and the order of formats are Kong's.</summary>
public static class UpstreamErrors
{
    /// <summary>Refused, unreachable, closed too early, or not HTTP: Kong's 502.</summary>
    public static readonly GatewayError InvalidResponse = new(
        502, "UPSTREAM_INVALID_RESPONSE", "An invalid response was received from the upstream server", Fault.Upstream, RetrySafe: false, TextFirst: true);

    /// <summary>The same before anything was sent: nobody answered at the address.</summary>
    public static readonly GatewayError ConnectFailed = new(
        502, "UPSTREAM_CONNECT_FAILED", "An invalid response was received from the upstream server", Fault.Upstream, TextFirst: true);

    /// <summary>The handshake with the upstream, or the check of its certificate, failed.</summary>
    public static readonly GatewayError TlsFailed = new(
        502, "UPSTREAM_TLS_FAILED", "An invalid response was received from the upstream server", Fault.Upstream, TextFirst: true);

    /// <summary>The connection was not made in time.</summary>
    public static readonly GatewayError ConnectTimeout = new(
        504, "UPSTREAM_CONNECT_TIMEOUT", "The upstream server is timing out", Fault.Upstream, TextFirst: true);

    /// <summary>The upstream took too long to take the request or to answer.</summary>
    public static readonly GatewayError Timeout = new(
        504, "UPSTREAM_TIMEOUT", "The upstream server is timing out", Fault.Upstream, RetrySafe: false, TextFirst: true);
}
