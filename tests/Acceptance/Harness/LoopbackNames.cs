using System.Net;
using System.Net.Sockets;

namespace Sluice.Acceptance.Harness;

/// <summary>A name server by which every name is 127.0.0.1.</summary>
internal sealed class LoopbackNames : IDisposable
{
    private const int HeadLength = 12;
    private const byte TypeA = 1;

    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public LoopbackNames() => _ = ServeAsync();

    public IPEndPoint Address => (IPEndPoint)socket.Client.LocalEndPoint!;

    public void Dispose() => socket.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await socket.ReceiveAsync();
                await socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    /// <summary>The head and the question of the query, and for an address of four bytes the answer (RFC 1035, section 4).</summary>
    private static byte[] Answer(byte[] query)
    {
        var end = HeadLength;
        while (query[end] != 0) end += query[end] + 1;
        end += 5;
        var isAddress = query[end - 3] == TypeA;
        byte[] head = [query[0], query[1], 0x81, 0x80, 0, 1, 0, (byte)(isAddress ? 1 : 0), 0, 0, 0, 0];
        byte[] address = isAddress ? [0xC0, HeadLength, 0, TypeA, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1] : [];
        return [.. head, .. query[HeadLength..end], .. address];
    }
}
