using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>One bound address. Every loop accepts from a socket of its own; Kestrel takes the connections here.</summary>
internal sealed class LoopListener : IConnectionListener
{
    private readonly Channel<ConnectionContext> waiting = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IReadOnlyList<LoopThread> loops;
    private readonly ListeningSockets sockets;
    private int unbound;

    private LoopListener(ListeningSockets sockets, IReadOnlyList<LoopThread> loops)
    {
        this.sockets = sockets;
        this.loops = loops;
        if (sockets.EndPoint is not IPEndPoint { Address: var address } || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            FixedLocalEndPoint = sockets.EndPoint;
    }

    public EndPoint EndPoint => sockets.EndPoint;

    /// <summary>The local address of every connection accepted here; null when each has to be asked (bound to all addresses).</summary>
    public EndPoint? FixedLocalEndPoint { get; }

    public static async ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, IReadOnlyList<LoopThread> loops)
    {
        var listener = new LoopListener(ListeningSockets.Bind(endPoint, loops.Count), loops);
        for (var i = 0; i < loops.Count; i++)
        {
            var (loop, handle) = (loops[i], listener.sockets.Handles[i]);
            await loop.RunAsync(() => loop.Listen(listener, handle));
        }

        return listener;
    }

    public void Enqueue(LoopConnection connection)
    {
        if (!waiting.Writer.TryWrite(connection))
            connection.Abort(new ConnectionAbortedException("The listener has been unbound."));
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (waiting.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref unbound, 1) != 0)
            return;
        foreach (var loop in loops)
            await loop.RunAsync(() => loop.Unlisten(this));
        sockets.Forget();
        waiting.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (waiting.Reader.TryRead(out var connection))
            connection.Abort(new ConnectionAbortedException("The listener has been closed."));
    }
}
