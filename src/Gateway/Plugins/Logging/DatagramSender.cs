using System.Net;
using System.Net.Sockets;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>Sends datagrams to one host and port over UDP. One at a time, as <see cref="BatchQueue"/> does.</summary>
/// <param name="host">A name or an address.</param>
/// <param name="port">Of the server.</param>
/// <param name="time">The name is resolved again from time to time.</param>
internal sealed class DatagramSender(string host, int port, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ResolvedFor = TimeSpan.FromMinutes(1);

    private Socket? socket;
    private long openedAt;

    /// <summary>Sends one datagram. Why that failed, or null; a server that is not there is only noticed with the next one, if ever.</summary>
    public async Task<string?> SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancel)
    {
        try
        {
            if (socket is not null && time.GetElapsedTime(openedAt) > ResolvedFor) Close();
            if (socket is null) await OpenAsync(cancel);
            try
            {
                await socket!.SendAsync(datagram, SocketFlags.None, cancel);
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // That is about the one before, and this one has not left yet.
                await socket!.SendAsync(datagram, SocketFlags.None, cancel);
                return $"{host}:{port}: {e.Message}";
            }
        }
        catch (SocketException e)
        {
            if (e.SocketErrorCode != SocketError.MessageSize) Close();
            return $"{host}:{port}: {e.Message}";
        }
    }

    public void Dispose() => Close();

    private async Task OpenAsync(CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancel);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        var opened = new Socket(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await opened.ConnectAsync(new IPEndPoint(addresses[0], port), cancel);
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        socket = opened;
        openedAt = time.GetTimestamp();
    }

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }
}
