using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sluice.Gateway.Upstreams.Dns;

/// <summary>
/// Asks name servers: over UDP from a new socket, and so a new random port, with a random id for each query, and over TCP when the answer did
/// not fit. Failures are returned, not thrown.
/// </summary>
internal sealed class DnsClient(DnsSettings settings, TimeProvider time)
{
    /// <summary>Without EDNS no server may send more than 512 bytes; some do.</summary>
    private const int LongestUdpReply = 4096;

    /// <param name="name">Normalised.</param>
    public async Task<DnsReply> QueryAsync(string name, DnsRecordType type)
    {
        var worst = DnsReply.Failed(DnsStatus.TimedOut);
        for (var attempt = 0; attempt < Math.Max(1, settings.Attempts); attempt++)
        {
            foreach (var server in settings.Servers)
            {
                var reply = await AskAsync(server, name, type).ConfigureAwait(false);
                if (reply.Status == DnsStatus.Answered || reply.IsNegative) return reply;
                worst = reply;
            }
        }

        return worst;
    }

    private async Task<DnsReply> AskAsync(IPEndPoint server, string name, DnsRecordType type)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout, time);
        var query = new byte[2 + DnsMessage.LongestQuery];
        var id = (ushort)RandomNumberGenerator.GetInt32(65536);
        // Room for the length that TCP puts before the message.
        var length = DnsMessage.WriteQuery(query.AsSpan(2), id, name, type);
        try
        {
            var reply = await AskUdpAsync(server, query.AsMemory(2, length), id, name, type, timeout.Token).ConfigureAwait(false);
            if (reply.Status != DnsStatus.Truncated) return reply;
            BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)length);
            return await AskTcpAsync(server, query.AsMemory(0, 2 + length), id, name, type, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return DnsReply.Failed(DnsStatus.TimedOut);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return DnsReply.Failed(DnsStatus.ServerFailure);
        }
    }

    private static async Task<DnsReply> AskUdpAsync(
        IPEndPoint server, ReadOnlyMemory<byte> query, ushort id, string name, DnsRecordType type, CancellationToken cancellation)
    {
        // A connected socket gets datagrams of this server only.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
        await socket.SendAsync(query, cancellation).ConfigureAwait(false);
        var buffer = new byte[LongestUdpReply];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation).ConfigureAwait(false);
            // What is no reply to this query may be forged: go on waiting for the true one.
            if (DnsMessage.Read(buffer.AsSpan(0, received), id, name, type) is { } reply) return reply;
        }
    }

    private static async Task<DnsReply> AskTcpAsync(
        IPEndPoint server, ReadOnlyMemory<byte> query, ushort id, string name, DnsRecordType type, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        await stream.WriteAsync(query, cancellation).ConfigureAwait(false);
        var prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix, cancellation).ConfigureAwait(false);
        var buffer = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(buffer, cancellation).ConfigureAwait(false);
        var reply = DnsMessage.Read(buffer, id, name, type);
        return reply is null or { Status: DnsStatus.Truncated } ? DnsReply.Failed(DnsStatus.Malformed) : reply;
    }
}
