using System.Net;
using System.Threading.Tasks.Sources;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>
/// A connection to an upstream on the loop of its exchange. Operations try at once; those that have to wait are completed by the loop,
/// inline. Nothing is allocated by either.
/// </summary>
internal sealed class LoopUpstreamSocket : UpstreamSocket, ILoopSocketOwner, IValueTaskSource<int>, IValueTaskSource
{
    private readonly LoopSocket socket;
    private ManualResetValueTaskSourceCore<int> receiving;
    private ManualResetValueTaskSourceCore<bool> sending;
    private Memory<byte> receiveBuffer;
    private ReadOnlyMemory<byte> sendBuffer;
    private TimeSpan sendTimeout;
    private bool receivePending;
    private bool sendPending;
    private bool connecting;
    private int disposed;

    private LoopUpstreamSocket(LoopSocket socket, EndPoint remoteEndPoint)
    {
        this.socket = socket;
        RemoteEndPoint = remoteEndPoint;
        socket.Owner = this;
        socket.Loop.CountUpstream(1);
    }

    public override EventLoop Loop => socket.Loop;

    public override EndPoint RemoteEndPoint { get; }

    public override bool IsIdleAndOpen => disposed == 0 && !receivePending && socket.IsQuiet;

    /// <summary>On the loop.</summary>
    public static async ValueTask<UpstreamSocket> ConnectAsync(LoopThread loop, EndPoint endPoint, TimeSpan timeout)
    {
        var upstream = new LoopUpstreamSocket(loop.Connect(endPoint, out var error) ?? throw Failed("connect to", endPoint, error), endPoint);
        if (error == 0)
            return upstream;
        try
        {
            await upstream.AwaitConnect(timeout);
            return upstream;
        }
        catch
        {
            upstream.Dispose();
            throw;
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout)
    {
        if (receivePending)
            throw new InvalidOperationException("Another receive is under way.");
        if (disposed != 0)
            return ValueTask.FromException<int>(Closed());
        var received = TryReceive(buffer);
        if (received >= 0)
            return new ValueTask<int>(received);
        if (received != LoopSocket.Later)
            return ValueTask.FromException<int>(Failed("receive from", RemoteEndPoint, -received));
        receiveBuffer = buffer;
        receivePending = true;
        receiving.Reset();
        socket.ReceiveDeadline = Deadline(timeout);
        return new ValueTask<int>(this, receiving.Version);
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, TimeSpan timeout)
    {
        if (sendPending)
            throw new InvalidOperationException("Another send is under way.");
        if (disposed != 0)
            return ValueTask.FromException(Closed());
        var sent = socket.TrySend(buffer.Span);
        if (sent == buffer.Length)
            return default;
        if (sent < 0)
            return ValueTask.FromException(Failed("send to", RemoteEndPoint, -sent));
        sendBuffer = buffer[sent..];
        sendTimeout = timeout;
        BeginSend(timeout);
        return new ValueTask(this, sending.Version);
    }

    public override void ShutdownSend()
    {
        if (disposed == 0)
            socket.ShutdownSend();
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        if (ReferenceEquals(EventLoop.Current, socket.Loop))
            CloseNow();
        else
            socket.Loop.Post(static state => ((LoopUpstreamSocket)state!).CloseNow(), this);
    }

    void ILoopSocketOwner.OnReadable()
    {
        if (!receivePending)
            return;
        var received = TryReceive(receiveBuffer.IsEmpty ? Memory<byte>.Empty : receiveBuffer);
        if (received == LoopSocket.Later)
            return;
        EndReceive();
        if (received >= 0)
            receiving.SetResult(received);
        else
            receiving.SetException(Failed("receive from", RemoteEndPoint, -received));
    }

    void ILoopSocketOwner.OnWritable()
    {
        if (!sendPending)
            return;
        if (connecting)
        {
            var error = socket.ConnectOutcome();
            EndSend(error == 0 ? null : Failed("connect to", RemoteEndPoint, error));
            return;
        }

        var sent = socket.TrySend(sendBuffer.Span);
        if (sent < 0)
        {
            EndSend(Failed("send to", RemoteEndPoint, -sent));
            return;
        }

        sendBuffer = sendBuffer[sent..];
        if (sendBuffer.IsEmpty)
            EndSend(null);
        else if (sent > 0)
            socket.SendDeadline = Deadline(sendTimeout);
    }

    void ILoopSocketOwner.OnHangUp()
    {
        if (socket.Failure != 0 && sendPending)
            EndSend(Failed("send to", RemoteEndPoint, socket.Failure));
    }

    void ILoopSocketOwner.OnDeadline(long now)
    {
        if (receivePending && socket.ReceiveDeadline is not 0 and var receive && now >= receive)
        {
            EndReceive();
            receiving.SetException(TimedOut("receive from"));
        }

        if (sendPending && socket.SendDeadline is not 0 and var send && now >= send)
            EndSend(TimedOut(connecting ? "connect to" : "send to"));
    }

    void ILoopSocketOwner.OnLoopStopping() => Dispose();

    int IValueTaskSource<int>.GetResult(short token) => receiving.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => receiving.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        receiving.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => sending.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => sending.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        sending.OnCompleted(continuation, state, token, flags);

    private static long Deadline(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan ? 0 : Environment.TickCount64 + Math.Max(1, (long)timeout.TotalMilliseconds);

    private static UpstreamSocketException Failed(string verb, EndPoint endPoint, int error) =>
        new(Errno.ToFailure(error), $"Cannot {verb} {endPoint}: {Errno.Describe(error)}.");

    private ValueTask AwaitConnect(TimeSpan timeout)
    {
        connecting = true;
        BeginSend(timeout);
        return new ValueTask(this, sending.Version);
    }

    /// <summary>An empty buffer waits for something to be there and takes nothing.</summary>
    private int TryReceive(Memory<byte> buffer)
    {
        if (buffer.IsEmpty)
            return socket.IsQuiet ? LoopSocket.Later : 0;
        return socket.MayReceive ? socket.Receive(buffer.Span) : LoopSocket.Later;
    }

    private void BeginSend(TimeSpan timeout)
    {
        sendPending = true;
        sending.Reset();
        socket.SendDeadline = Deadline(timeout);
    }

    private void EndReceive()
    {
        receivePending = false;
        receiveBuffer = default;
        socket.ReceiveDeadline = 0;
    }

    private void EndSend(Exception? failure)
    {
        sendPending = connecting = false;
        sendBuffer = default;
        socket.SendDeadline = 0;
        if (failure == null)
            sending.SetResult(true);
        else
            sending.SetException(failure);
    }

    private void CloseNow()
    {
        if (socket.IsClosed)
            return;
        socket.Close(reset: false);
        socket.Loop.CountUpstream(-1);
        if (receivePending || sendPending) // whoever waits is not to go on inside of whoever closes
            socket.Loop.Post(static state => ((LoopUpstreamSocket)state!).FailPending(), this);
    }

    private void FailPending()
    {
        if (sendPending)
            EndSend(Closed());
        if (!receivePending)
            return;
        EndReceive();
        receiving.SetException(Closed());
    }

    private UpstreamSocketException Closed() => new(SocketFailure.Closed, $"The connection to {RemoteEndPoint} has been closed.");

    private UpstreamSocketException TimedOut(string verb) => new(SocketFailure.TimedOut, $"Cannot {verb} {RemoteEndPoint}: timed out.");
}
