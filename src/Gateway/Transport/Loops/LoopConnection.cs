using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>A client's connection as Kestrel sees it.</summary>
internal sealed partial class LoopConnection : ConnectionContext, ILoopSocketOwner, IDuplexPipe
{
    /// <summary>How long a peer that takes nothing more holds a connection that is only waiting for its last bytes to leave.</summary>
    private const int DrainLimit = 30_000;

    /// <summary>How long we wait for the peer's own FIN after ours. Closing earlier could answer its late bytes with RST, which destroys our last answer.</summary>
    private const int LingerLimit = 2_000;

    private static readonly Action<object?> CloseOnLoop = static state => ((LoopConnection)state!).BeginClose();

    private readonly LoopSocket socket;
    private readonly LoopPipeReader reader;
    private readonly LoopPipeWriter writer;
    private readonly CancellationTokenSource closed = new();
    private readonly TaskCompletionSource gone = new();
    private Exception? abortReason;
    private int disposed;
    private bool hungUp;
    private bool closing;
    private bool lingering;
    private bool outputEnded;
    private long lastUnsent;
    private volatile bool isOver;

    public LoopConnection(LoopSocket socket, EndPoint localEndPoint, EndPoint? remoteEndPoint)
    {
        this.socket = socket;
        reader = new LoopPipeReader(this, socket);
        writer = new LoopPipeWriter(this, socket);
        LocalEndPoint = localEndPoint;
        RemoteEndPoint = remoteEndPoint;
        ConnectionClosed = closed.Token;
        Transport = this;
        socket.Owner = this;
    }

    PipeReader IDuplexPipe.Input => reader;

    PipeWriter IDuplexPipe.Output => writer;

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    /// <summary>Nothing can be sent any more: the connection broke, was aborted or closed.</summary>
    public bool IsOver => isOver;

    public override void Abort(ConnectionAbortedException reason)
    {
        // Kestrel gives no reason when the peer has ended its side, whatever the signature says.
        Interlocked.CompareExchange(ref abortReason, reason ?? new ConnectionAbortedException("The connection was aborted."), null);
        socket.Loop.Post(static state => ((LoopConnection)state!).AbortNow(), this);
    }

    public override void Abort() => Abort(new ConnectionAbortedException("The connection was aborted by the application."));

    /// <summary>Sends what is pending, then FIN. Completes when that is done or given up, not when the peer's FIN has come.</summary>
    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            reader.Complete();
            writer.Complete();
            socket.Loop.Post(CloseOnLoop, this);
        }

        return gone.Task.IsCompletedSuccessfully ? default : new ValueTask(gone.Task);
    }

    void ILoopSocketOwner.OnReadable()
    {
        if (lingering)
            Discard();
        else
            reader.OnReadable();
    }

    void ILoopSocketOwner.OnWritable()
    {
        if (socket.Failure != 0)
            OnHangUp();
        writer.OnProgress();
        if (closing)
            ContinueClose();
    }

    void ILoopSocketOwner.OnHangUp() => OnHangUp();

    void ILoopSocketOwner.OnDeadline(long now)
    {
        if (socket.SendDeadline == 0 || now < socket.SendDeadline)
            return;
        socket.SendDeadline = 0;
        CloseSocket(reset: !lingering);
        reader.Fail(new ConnectionAbortedException("The peer took nothing for too long."));
    }

    void ILoopSocketOwner.OnLoopStopping()
    {
        Interlocked.CompareExchange(ref abortReason, new ConnectionAbortedException("The server is stopping."), null);
        AbortNow();
    }

    /// <summary>On the loop: the peer has gone, or at least says nothing more. Tells whoever works for it, as the framework's transport does.</summary>
    internal void OnHangUp()
    {
        if (socket.Failure != 0 && !isOver)
        {
            isOver = true;
            socket.Loop.Post(static state => ((LoopConnection)state!).OnBroken(), this);
        }

        if (hungUp)
            return;
        hungUp = true;
        socket.Loop.Post(static state => ((CancellationTokenSource)state!).Cancel(), closed);
    }

    /// <summary>On the loop: the writer is done; FIN follows the last byte.</summary>
    internal void EndOutput()
    {
        if (outputEnded || socket.IsClosed)
            return;
        outputEnded = true;
        writer.TakeHandedOver();
        socket.ShutdownSend();
    }

    private void OnBroken()
    {
        writer.OnProgress();
        reader.OnReadable();
        if (closing)
            ContinueClose();
    }

    private void AbortNow()
    {
        if (socket.IsClosed)
            return;
        CloseSocket(reset: true);
        reader.Fail(abortReason!);
        writer.OnProgress();
    }

    private void BeginClose()
    {
        closing = true;
        EndOutput();
        lastUnsent = long.MaxValue;
        ContinueClose();
    }

    private void ContinueClose()
    {
        if (socket.IsClosed)
        {
            gone.TrySetResult();
            return;
        }

        if (lingering)
            return;
        if (socket.Failure != 0)
        {
            CloseSocket(reset: false);
            return;
        }

        if (socket.Unsent > 0)
        {
            if (socket.Unsent >= lastUnsent)
                return;
            lastUnsent = socket.Unsent;
            socket.SendDeadline = Environment.TickCount64 + DrainLimit;
            return;
        }

        lingering = true;
        socket.SendDeadline = Environment.TickCount64 + LingerLimit;
        Discard();
        gone.TrySetResult();
    }

    /// <summary>Reads the peer's late bytes away until its FIN.</summary>
    private void Discard()
    {
        if (!socket.MayReceive)
            return;
        var block = socket.Loop.Pool.Take(BlockPool.LargeSize);
        int received;
        do
        {
            received = socket.Receive(block.Room);
        }
        while (received > 0);
        socket.Loop.Pool.Return(block);
        if (received != LoopSocket.Later)
            CloseSocket(reset: false);
    }

    private void CloseSocket(bool reset)
    {
        if (socket.IsClosed)
            return;
        isOver = true;
        socket.Close(reset);
        socket.Loop.CountClientClosed();
        OnHangUp();
        gone.TrySetResult();
    }
}
