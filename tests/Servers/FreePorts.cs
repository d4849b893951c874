using System.Net;
using System.Net.Sockets;

namespace Sluice.Tests.Servers;

/// <summary>Ports of the loopback address that nobody listens on; the system gives each only once in a long while.</summary>
public static class FreePorts
{
    public static int Next() => Next(1)[0];

    public static int[] Next(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp)).ToList();
        foreach (var socket in sockets) socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var ports = sockets.Select(s => ((IPEndPoint)s.LocalEndPoint!).Port).ToArray();
        foreach (var socket in sockets) socket.Dispose();
        return ports;
    }
}
