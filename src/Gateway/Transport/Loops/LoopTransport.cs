using System.Net;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Transport.Sockets;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>A transport made of loops, whatever these wait with.</summary>
internal abstract class LoopTransport : Transport
{
    private readonly LoopThread[] loops;

    protected LoopTransport(int count, Func<int, BlockPool, LoopThread> create)
    {
        var pool = new BlockPool();
        loops = new LoopThread[count];
        try
        {
            for (var i = 0; i < count; i++)
                loops[i] = create(i, pool);
        }
        catch
        {
            foreach (var made in loops)
                made?.Discard();
            throw;
        }
        foreach (var loop in loops)
            loop.Start();
        Listeners = new LoopListenerFactory(loops);
    }

    public override IReadOnlyList<EventLoop> Loops => loops;

    public override IConnectionListenerFactory Listeners { get; }

    public override ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout) =>
        EventLoop.Current is LoopThread loop && Array.IndexOf(loops, loop) >= 0
            ? LoopUpstreamSocket.ConnectAsync(loop, endPoint, timeout)
            : FrameworkUpstreamSocket.ConnectAsync(endPoint, timeout);

    public override async ValueTask DisposeAsync()
    {
        foreach (var loop in loops)
            await loop.StopAsync();
    }
}
