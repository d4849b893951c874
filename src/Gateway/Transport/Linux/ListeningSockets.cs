using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Gateway.Transport.Linux;

/// <summary>
/// The sockets that listen on one address: one per loop. With TCP each is bound on its own (SO_REUSEPORT) and the kernel spreads the
/// connections; a unix socket is bound once and shared.
/// </summary>
internal sealed unsafe class ListeningSockets
{
    private const int Backlog = 4096;

    private ListeningSockets(EndPoint endPoint, int[] handles)
    {
        EndPoint = endPoint;
        Handles = handles;
    }

    /// <summary>The address really bound: port 0 has become the port that the kernel chose.</summary>
    public EndPoint EndPoint { get; }

    public int[] Handles { get; }

    /// <exception cref="AddressInUseException">Someone listens there.</exception>
    /// <exception cref="IOException">Any other refusal; the message has the address and the reason.</exception>
    public static ListeningSockets Bind(EndPoint endPoint, int count) =>
        endPoint is UnixDomainSocketEndPoint unix ? BindUnix(unix, count) : BindTcp((IPEndPoint)endPoint, count);

    /// <summary>Removes the file of a unix socket; the handles belong to the loops, which close them.</summary>
    public void Forget()
    {
        if (EndPoint is UnixDomainSocketEndPoint unix && NativeAddress.UnixPath(unix) is var path && path[0] != '\0')
            File.Delete(path);
    }

    private static ListeningSockets BindTcp(IPEndPoint endPoint, int count)
    {
        // SO_REUSEPORT would let a second process of the same user share the port unnoticed. One bind without it asks whether it is free.
        if (endPoint.Port != 0)
            _ = Libc.Close(Open(endPoint, shared: false));

        var handles = new int[count];
        Array.Fill(handles, -1);
        try
        {
            for (var i = 0; i < count; i++)
            {
                handles[i] = Open(endPoint, shared: true);
                if (endPoint.Port == 0)
                    endPoint = new IPEndPoint(endPoint.Address, NativeSocket.LocalEndPoint(handles[i])!.Port);
            }

            foreach (var handle in handles)
                Check(Libc.Listen(handle, Backlog), endPoint);
            return new ListeningSockets(endPoint, handles);
        }
        catch
        {
            CloseAll(handles);
            throw;
        }
    }

    private static ListeningSockets BindUnix(UnixDomainSocketEndPoint endPoint, int count)
    {
        var handles = new int[count];
        Array.Fill(handles, -1);
        try
        {
            RemoveIfAbandoned(endPoint);
            handles[0] = Open(endPoint, shared: false);
            Check(Libc.Listen(handles[0], Backlog), endPoint);
            for (var i = 1; i < count; i++)
            {
                handles[i] = Libc.Duplicate(handles[0]);
                Check(handles[i], endPoint);
            }

            return new ListeningSockets(endPoint, handles);
        }
        catch
        {
            CloseAll(handles);
            throw;
        }
    }

    /// <summary>A socket file that nobody listens on any more is what a killed process leaves behind.</summary>
    private static void RemoveIfAbandoned(UnixDomainSocketEndPoint endPoint)
    {
        var path = NativeAddress.UnixPath(endPoint);
        if (path[0] == '\0' || !File.Exists(path))
            return;
        var probe = NativeSocket.Open(endPoint, Libc.StreamNonBlocking);
        if (probe < 0)
            return;
        var error = NativeSocket.Connect(probe, endPoint);
        _ = Libc.Close(probe);
        if (error == Errno.ConnectionRefused)
            File.Delete(path);
    }

    private static int Open(EndPoint endPoint, bool shared)
    {
        var socket = NativeSocket.Open(endPoint, Libc.StreamNonBlocking);
        if (socket < 0)
            throw Refusal(endPoint, -socket);
        if (endPoint is IPEndPoint ip)
        {
            NativeSocket.SetFlag(socket, Libc.LevelSocket, Libc.ReuseAddress, true);
            if (shared)
                NativeSocket.SetFlag(socket, Libc.LevelSocket, Libc.ReusePort, true);
            if (ip.AddressFamily == AddressFamily.InterNetworkV6)
                NativeSocket.SetFlag(socket, Libc.LevelIPv6, Libc.IPv6Only, !ip.Address.Equals(IPAddress.IPv6Any));
        }

        var address = stackalloc byte[NativeAddress.MaximumLength];
        var length = NativeAddress.Write(endPoint, address);
        if (Libc.Bind(socket, address, length) == 0)
            return socket;
        var error = Libc.LastError;
        _ = Libc.Close(socket);
        throw Refusal(endPoint, error);
    }

    private static void Check(int result, EndPoint endPoint)
    {
        if (result < 0)
            throw Refusal(endPoint, Libc.LastError);
    }

    private static Exception Refusal(EndPoint endPoint, int error) => error == Errno.AddressInUse
        ? new AddressInUseException($"Cannot listen on {endPoint}: the address is in use.")
        : new IOException($"Cannot listen on {endPoint}: {Errno.Describe(error)}.");

    private static void CloseAll(int[] handles)
    {
        foreach (var handle in handles)
        {
            if (handle >= 0)
                _ = Libc.Close(handle);
        }
    }
}
