using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Gateway.Transport.Linux;

/// <summary>End points as the kernel writes them (sockaddr_in, sockaddr_in6, sockaddr_un), and back.</summary>
internal static unsafe class NativeAddress
{
    public const int MaximumLength = 128;

    private const int UnixPathLimit = 107;

    public static int Family(EndPoint endPoint) => endPoint switch
    {
        IPEndPoint { AddressFamily: AddressFamily.InterNetwork } => Libc.AddressFamilyInet,
        IPEndPoint => Libc.AddressFamilyInet6,
        UnixDomainSocketEndPoint => Libc.AddressFamilyUnix,
        _ => throw new NotSupportedException($"Cannot use an address of the kind {endPoint.GetType().Name} ({endPoint}): give an IP address with a port or a unix socket."),
    };

    /// <summary>Writes <paramref name="endPoint"/> to <paramref name="address"/>, which has room for <see cref="MaximumLength"/>, and returns its length.</summary>
    public static uint Write(EndPoint endPoint, byte* address)
    {
        var bytes = new Span<byte>(address, MaximumLength);
        bytes.Clear();
        *(ushort*)address = (ushort)Family(endPoint);
        if (endPoint is IPEndPoint ip)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)ip.Port);
            if (ip.AddressFamily == AddressFamily.InterNetwork)
            {
                ip.Address.TryWriteBytes(bytes.Slice(4, 4), out _);
                return 16;
            }

            ip.Address.TryWriteBytes(bytes.Slice(8, 16), out _);
            *(uint*)(address + 24) = (uint)ip.Address.ScopeId;
            return 28;
        }

        var path = UnixPath((UnixDomainSocketEndPoint)endPoint);
        var length = Encoding.UTF8.GetByteCount(path);
        if (length > UnixPathLimit)
            throw new IOException($"The unix socket's path is longer than {UnixPathLimit} bytes: {path}");
        Encoding.UTF8.GetBytes(path, bytes[2..]);
        return (uint)(2 + length + (path[0] == '\0' ? 0 : 1));
    }

    /// <summary>The path; an abstract name begins with NUL.</summary>
    public static string UnixPath(UnixDomainSocketEndPoint endPoint)
    {
        var path = endPoint.ToString();
        return path.StartsWith('@') ? '\0' + path[1..] : path;
    }

    /// <summary>The address that the kernel wrote, or null for none (the peer of a unix socket).</summary>
    public static IPEndPoint? Read(byte* address, uint length)
    {
        if (length < 2)
            return null;
        var port = (ushort)((address[2] << 8) | address[3]);
        return *(ushort*)address switch
        {
            Libc.AddressFamilyInet when length >= 16 => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 4, 4)), port),
            Libc.AddressFamilyInet6 when length >= 28 => new IPEndPoint(new IPAddress(new ReadOnlySpan<byte>(address + 8, 16), *(uint*)(address + 24)), port),
            _ => null,
        };
    }
}
