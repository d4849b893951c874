using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// Reads the header that a load balancer puts before each connection to say who the client is
/// (HAProxy's "The PROXY protocol", versions 1 and 2) and takes the addresses from it. A connection without one is closed.
/// </summary>
internal sealed class ProxyProtocol(ConnectionDelegate next, TimeProvider time)
{
    /// <summary>The longest header of version 1 (107 bytes) and of version 2 that is worth reading.</summary>
    private const int MaxHeader = 16 + 4096;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    private static ReadOnlySpan<byte> Signature2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (await ReadHeaderAsync(connection) is not { } header)
        {
            connection.Abort(new ConnectionAbortedException("no valid PROXY protocol header"));
            return;
        }

        if (header.Source is not null) connection.RemoteEndPoint = header.Source;
        if (header.Destination is not null) connection.LocalEndPoint = header.Destination;
        await next(connection);
    }

    /// <summary>Null when the connection ended, sent something else, or nothing in time.</summary>
    private async ValueTask<ProxyHeader?> ReadHeaderAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var timeout = new CancellationTokenSource(HeaderTimeout, time);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout.Token);
                var header = ProxyHeader.Parse(result.Buffer.IsSingleSegment ? result.Buffer.FirstSpan : result.Buffer.ToArray());
                if (header.Status == ProxyHeaderStatus.Complete)
                {
                    input.AdvanceTo(result.Buffer.GetPosition(header.Length));
                    return header;
                }

                if (header.Status == ProxyHeaderStatus.Invalid || result.IsCompleted || result.Buffer.Length > MaxHeader) return null;
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return null;
        }
    }

    internal enum ProxyHeaderStatus { Incomplete, Complete, Invalid }

    /// <summary>A header as read. The addresses are null for LOCAL and UNKNOWN connections, which keep their own.</summary>
    internal readonly record struct ProxyHeader(ProxyHeaderStatus Status, int Length, IPEndPoint? Source, IPEndPoint? Destination)
    {
        private static readonly ProxyHeader Incomplete = new(ProxyHeaderStatus.Incomplete, 0, null, null);
        private static readonly ProxyHeader Invalid = new(ProxyHeaderStatus.Invalid, 0, null, null);

        /// <summary>Never throws, whatever the bytes.</summary>
        public static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == 0) return Incomplete;
            if (bytes[0] == (byte)'P') return ParseText(bytes);
            var prefix = Math.Min(bytes.Length, Signature2.Length);
            if (!bytes[..prefix].SequenceEqual(Signature2[..prefix])) return Invalid;
            return bytes.Length < 16 ? Incomplete : ParseBinary(bytes);
        }

        private static ProxyHeader ParseText(ReadOnlySpan<byte> bytes)
        {
            var end = bytes.IndexOf("\r\n"u8);
            if (end < 0) return bytes.Length > 107 ? Invalid : Incomplete;
            if (end > 105) return Invalid;
            var parts = Encoding.ASCII.GetString(bytes[..end]).Split(' ');
            if (parts is not ["PROXY", ..]) return Invalid;
            if (parts is [_, "UNKNOWN", ..]) return new(ProxyHeaderStatus.Complete, end + 2, null, null);
            if (parts is not [_, "TCP4" or "TCP6", var from, var to, var fromPort, var toPort]) return Invalid;
            return IPAddress.TryParse(from, out var source) && IPAddress.TryParse(to, out var destination)
                && ushort.TryParse(fromPort, out var sourcePort) && ushort.TryParse(toPort, out var destinationPort)
                ? new(ProxyHeaderStatus.Complete, end + 2, new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort))
                : Invalid;
        }

        private static ProxyHeader ParseBinary(ReadOnlySpan<byte> bytes)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
            if (bytes[12] >> 4 != 2 || length > MaxHeader - 16) return Invalid;
            if (bytes.Length < 16 + length) return Incomplete;
            var total = 16 + length;
            var command = bytes[12] & 0xf;
            if (command == 0) return new(ProxyHeaderStatus.Complete, total, null, null);
            if (command != 1) return Invalid;
            var addresses = bytes.Slice(16, length);
            var size = (bytes[13] >> 4) switch
            {
                1 => 4,
                2 => 16,
                _ => 0,
            };
            if (size == 0) return new(ProxyHeaderStatus.Complete, total, null, null);
            if (addresses.Length < 2 * size + 4) return Invalid;
            var ports = addresses[(2 * size)..];
            return new(
                ProxyHeaderStatus.Complete,
                total,
                new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
                new IPEndPoint(new IPAddress(addresses.Slice(size, size)), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
        }
    }
}
