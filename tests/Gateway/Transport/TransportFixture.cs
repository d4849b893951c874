using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.TransportTests;

/// <summary>A transport with one bound address, and the connections that it accepts.</summary>
internal sealed class TransportFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = Eventually.Patience;

    private TransportFixture(Gateway.Transport.Transport transport, IConnectionListener listener)
    {
        Transport = transport;
        Listener = listener;
    }

    public Gateway.Transport.Transport Transport { get; }

    public IConnectionListener Listener { get; }

    public IPEndPoint EndPoint => (IPEndPoint)Listener.EndPoint;

    public static Gateway.Transport.Transport CreateTransport(TransportKind kind, int loops = 2)
    {
        try
        {
            return Transports.Create(kind, loops, NullLoggerFactory.Instance);
        }
        catch (PlatformNotSupportedException reason)
        {
            Assert.Skip(reason.Message);
            throw;
        }
    }

    public static async Task<TransportFixture> StartAsync(TransportKind kind, EndPoint? endPoint = null, int loops = 2)
    {
        var transport = CreateTransport(kind, loops);
        var listener = await transport.Listeners.BindAsync(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0));
        return new TransportFixture(transport, listener);
    }

    public async Task<(ConnectionContext Server, Socket Client)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(new IPEndPoint(EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, EndPoint.Port));
        var server = await Listener.AcceptAsync().AsTask().WaitAsync(Patience);
        return (server.ShouldNotBeNull(), client);
    }

    /// <summary>Runs <paramref name="work"/> on the first loop, or on the thread pool when the transport has none.</summary>
    public Task OnLoopAsync(Func<Task> work) => Task.Run(async () =>
    {
        if (Transport.Loops.Count > 0)
            await Transport.Loops[0].SwitchTo();
        await work();
    });

    /// <summary>Answers each connection with what it sends until <paramref name="stop"/>.</summary>
    public Task EchoAsync(CancellationToken stop) => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested && await Listener.AcceptAsync(stop) is { } connection)
            _ = Task.Run(() => EchoAsync(connection), stop);
    });

    public static async Task EchoAsync(ConnectionContext connection)
    {
        try
        {
            await connection.Transport.Input.CopyToAsync(connection.Transport.Output);
        }
        catch (Exception failure) when (failure is IOException or ConnectionAbortedException)
        {
            // the client went away
        }

        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.UnbindAsync();
        await Listener.DisposeAsync();
        await Transport.DisposeAsync();
    }
}

internal static class PipeExtensions
{
    /// <summary>Reads exactly <paramref name="count"/> bytes, or fewer when the stream ends before.</summary>
    public static async Task<byte[]> TakeAsync(this PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count);
        var taken = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length));
        var bytes = System.Buffers.BuffersExtensions.ToArray(taken);
        reader.AdvanceTo(taken.End);
        return bytes;
    }
}
