using System.Net;
using System.Net.Sockets;

namespace Sluice.Tests.Servers;

/// <summary>
/// Ports of 127.0.0.1 that nothing listens on, where a test has to know the number beforehand. They lie below those that the system gives out by itself, so that
/// no other socket comes by one in the meantime, and no connection to a dead port meets itself.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int next = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref next) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
