using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Listeners;

/// <summary>Counts the connections of one address: all of them before anything else, and those whose TLS handshake succeeded behind it.</summary>
internal static class CountedConnections
{
    public static async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next, ConnectionMeter meter, bool tls)
    {
        meter.Accept(tls);
        try
        {
            await next(connection);
        }
        finally
        {
            meter.Close();
        }
    }

    public static Task OnHandshakeAsync(ConnectionContext connection, ConnectionDelegate next, ConnectionMeter meter)
    {
        if (connection.Features.Get<ITlsHandshakeFeature>() is { } tls) meter.HandshakeCompleted(tls.Protocol);
        return next(connection);
    }
}
