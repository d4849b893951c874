using System.Net;
using System.Net.Sockets;

namespace Sluice.Acceptance.Harness;

/// <summary>
/// Ports that nothing listens on, where a test has to know the number beforehand. They lie below those that the system gives out by itself, so that
/// no other socket comes by one in the meantime, and no connection to a dead port meets itself.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private static int next = Random.Shared.Next(Count);

    public static int Take()
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
