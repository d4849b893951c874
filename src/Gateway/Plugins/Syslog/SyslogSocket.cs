using System.Net.Sockets;

namespace Sluice.Gateway.Plugins.Syslog;

/// <summary>The socket that the system's log daemon reads datagrams from.</summary>
internal sealed class SyslogSocket(string path) : IDisposable
{
    private Socket? socket;

    /// <summary>Why the entry could not be sent, or null. A daemon that was started again is found again.</summary>
    public async Task<string?> SendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancel)
    {
        try
        {
            for (var fresh = false; ; fresh = true)
            {
                if (socket is null)
                {
                    fresh = true;
                    socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                }

                try
                {
                    await socket.SendAsync(entry, SocketFlags.None, cancel);
                    return null;
                }
                catch (SocketException e) when (!fresh && e.SocketErrorCode != SocketError.MessageSize)
                {
                    Dispose();
                }
            }
        }
        catch (SocketException e)
        {
            Dispose();
            return $"{path}: {e.Message}";
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }
}
