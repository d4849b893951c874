using System.Security.Authentication;

namespace Sluice.Gateway.Telemetry;

/// <summary>Counts client connections, on every transport alike.</summary>
internal sealed class ConnectionMeter
{
    private long opened;
    private long closed;
    private long tlsStarted;
    private long tls12;
    private long tls13;

    /// <summary>Since the start.</summary>
    public long Opened => Interlocked.Read(ref opened);

    /// <summary>Open now.</summary>
    public long Open => Math.Max(0, Opened - Interlocked.Read(ref closed));

    public void Accept(bool tls)
    {
        Interlocked.Increment(ref opened);
        if (tls) Interlocked.Increment(ref tlsStarted);
    }

    public void Close() => Interlocked.Increment(ref closed);

    public void HandshakeCompleted(SslProtocols version) => Interlocked.Increment(ref version == SslProtocols.Tls13 ? ref tls13 : ref tls12);

    /// <param name="inFlight">Exchanges under way. HTTP/2 may carry many on one connection, so that the split is a bound there.</param>
    public void WriteTo(PrometheusText text, long inFlight)
    {
        var active = Math.Min(Open, inFlight);
        text.Family("gateway_client_connections", "gauge", "Open client connections, active with a request under way or idle.")
            .Sample("gateway_client_connections", active, ("state", "active"))
            .Sample("gateway_client_connections", Open - active, ("state", "idle"));
        text.Family("gateway_client_connections_total", "counter", "Client connections accepted.").Sample("gateway_client_connections_total", Opened);
        text.Family("gateway_tls_handshakes_started_total", "counter", "Client connections to TLS addresses.")
            .Sample("gateway_tls_handshakes_started_total", Interlocked.Read(ref tlsStarted));
        text.Family("gateway_tls_handshakes_completed_total", "counter", "Those of them whose handshake succeeded.")
            .Sample("gateway_tls_handshakes_completed_total", Interlocked.Read(ref tls12), ("version", "TLSv1.2"))
            .Sample("gateway_tls_handshakes_completed_total", Interlocked.Read(ref tls13), ("version", "TLSv1.3"));
    }
}
