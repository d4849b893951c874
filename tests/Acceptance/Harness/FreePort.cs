using System.Net;
using System.Net.Sockets;

namespace Sluice.Acceptance.Harness;

/// <summary>Ports that nothing listens on, where a test has to know the number beforehand.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
