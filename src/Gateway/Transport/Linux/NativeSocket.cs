using System.Net;

namespace Sluice.Gateway.Transport.Linux;

/// <summary>What is done to a socket outside of the flow of bytes.</summary>
internal static unsafe class NativeSocket
{
    public static void SetFlag(int socket, int level, int name, bool value)
    {
        var number = value ? 1 : 0;
        _ = Libc.SetSocketOption(socket, level, name, &number, sizeof(int));
    }

    /// <summary>Makes calls on the socket wait. io_uring wants it so: with a non-blocking socket it answers EAGAIN instead of waiting.</summary>
    public static void MakeBlocking(int socket)
    {
        const nuint SetNonBlocking = 0x5421; // FIONBIO
        int off = 0;
        _ = Libc.InputOutputControl(socket, SetNonBlocking, &off);
    }

    /// <summary>Makes the coming close send RST instead of FIN and drop what is unsent.</summary>
    public static void ResetOnClose(int socket)
    {
        var linger = stackalloc int[2] { 1, 0 };
        _ = Libc.SetSocketOption(socket, Libc.LevelSocket, Libc.Linger, linger, 2 * sizeof(int));
    }

    /// <summary>The pending error of the socket, which is cleared by asking; 0 for none.</summary>
    public static int TakeError(int socket)
    {
        int error = 0;
        uint length = sizeof(int);
        return Libc.GetSocketOption(socket, Libc.LevelSocket, Libc.SocketError, &error, &length) == 0 ? error : Libc.LastError;
    }

    public static IPEndPoint? LocalEndPoint(int socket)
    {
        var address = stackalloc byte[NativeAddress.MaximumLength];
        uint length = NativeAddress.MaximumLength;
        return Libc.GetSocketName(socket, address, &length) == 0 ? NativeAddress.Read(address, length) : null;
    }

    public static IPEndPoint? RemoteEndPoint(int socket)
    {
        var address = stackalloc byte[NativeAddress.MaximumLength];
        uint length = NativeAddress.MaximumLength;
        return Libc.GetPeerName(socket, address, &length) == 0 ? NativeAddress.Read(address, length) : null;
    }

    /// <summary>A socket with TCP_NODELAY set, or the negated error number.</summary>
    public static int Open(EndPoint endPoint, int type)
    {
        var family = NativeAddress.Family(endPoint);
        var socket = Libc.Socket(family, type, 0);
        if (socket < 0)
            return -Libc.LastError;
        if (Descriptors.IsTooHighForUpstreams(socket))
        {
            _ = Libc.Close(socket);
            return -Errno.TooManyFiles;
        }

        if (family != Libc.AddressFamilyUnix)
            SetFlag(socket, Libc.LevelTcp, Libc.TcpNoDelay, true);
        return socket;
    }

    /// <summary>0, or the error number; <see cref="Errno.InProgress"/> is the usual one.</summary>
    public static int Connect(int socket, EndPoint endPoint)
    {
        var address = stackalloc byte[NativeAddress.MaximumLength];
        var length = NativeAddress.Write(endPoint, address);
        return Libc.Connect(socket, address, length) == 0 ? 0 : Libc.LastError;
    }
}
