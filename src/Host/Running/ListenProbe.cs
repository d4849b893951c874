using System.Net.Sockets;
using Sluice.Gateway.Listeners;

namespace Sluice.Host.Running;

/// <summary>
/// Finds out beforehand whether an address can be listened on. The gateway's own sockets share their port (SO_REUSEPORT), so that a second
/// gateway on the same port would not fail by itself: it would take half of the connections.
/// </summary>
internal static class ListenProbe
{
    /// <summary>What keeps <paramref name="listen"/> from being opened, for people, or null.</summary>
    public static string? Check(ListenAddress listen)
    {
        if (listen.EndPoint is not System.Net.IPEndPoint { Port: not 0 } endPoint) return null;
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(endPoint);
            socket.Listen(1);
            return null;
        }
        catch (SocketException problem)
        {
            return $"cannot listen on {endPoint}: " + problem.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"another program is using it (ss -ltnp 'sport = :{endPoint.Port}' shows which)",
                SocketError.AccessDenied => "not permitted; ports below 1024 need the capability CAP_NET_BIND_SERVICE",
                SocketError.AddressNotAvailable => "this machine does not have that address",
                _ => problem.Message,
            };
        }
    }
}
