using System.Net;

namespace Sluice.Gateway.Listeners;

/// <summary>One address that the proxy listens on.</summary>
/// <param name="EndPoint">An address and port (0 for any free one), or a Unix socket.</param>
public sealed record ListenAddress(EndPoint EndPoint)
{
    /// <summary>TLS is terminated here, with the certificates of the current snapshot.</summary>
    public bool Tls { get; init; }

    /// <summary>HTTP/2 is spoken too: by ALPN with TLS, by prior knowledge (h2c) without.</summary>
    public bool Http2 { get; init; } = true;

    /// <summary>Each connection starts with a PROXY protocol header, version 1 or 2.</summary>
    public bool ProxyProtocol { get; init; }
}
