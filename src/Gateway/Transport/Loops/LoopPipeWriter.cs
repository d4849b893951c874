using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>
/// What goes to the peer. A flush hands the written blocks over to the loop and waits only when the peer is slow enough for
/// <see cref="LoopSocket.SendAhead"/> bytes to pile up. Flushing works from any thread; a flush that has to wait is continued on the loop when it
/// was begun there and on the thread pool otherwise.
/// </summary>
internal sealed class LoopPipeWriter(LoopConnection connection, LoopSocket socket) : PipeWriter, IValueTaskSource<FlushResult>
{
    private readonly Lock handOver = new();
    private ManualResetValueTaskSourceCore<FlushResult> source;
    private CancellationTokenRegistration cancellation;
    private CancellationToken cancellationToken;
    private Block? first;
    private Block? last;
    private long unflushed;
    private Block? handedFirst;
    private Block? handedLast;
    private long handedBytes;
    private bool completed;
    private bool begun;
    private bool waiting;
    private volatile bool cancelRequested;

    private LoopThread Loop => socket.Loop;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => unflushed;

    private bool OnLoop => ReferenceEquals(EventLoop.Current, socket.Loop);

    public override Memory<byte> GetMemory(int sizeHint = 0) => WithRoom(sizeHint).RoomAsMemory();

    public override Span<byte> GetSpan(int sizeHint = 0) => WithRoom(sizeHint).Room;

    public override void Advance(int bytes)
    {
        if (last == null ? bytes != 0 : (uint)bytes > (uint)last.Free)
            throw new ArgumentOutOfRangeException(nameof(bytes));
        if (bytes == 0)
            return;
        last!.End += bytes;
        unflushed += bytes;
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (unflushed == 0 && OnLoop && Volatile.Read(ref handedBytes) == 0 && !connection.IsOver)
            source = source[Math.Max(0, socket.TrySend(source.Span))..]; // a failure shows with the flush
        while (!source.IsEmpty)
        {
            var block = WithRoom(Math.Min(source.Length, BlockPool.LargeSize));
            var before = block.End;
            var rest = block.Fill(source.Span);
            unflushed += block.End - before;
            source = source[^rest.Length..];
        }

        return FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (begun)
            throw new InvalidOperationException("Another flush is under way.");
        var onLoop = OnLoop;
        var waitingBytes = onLoop ? SendOnLoop() : HandOver();
        if (cancelRequested)
        {
            cancelRequested = false;
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: true, isCompleted: connection.IsOver));
        }

        if (waitingBytes <= socket.SendAhead || connection.IsOver)
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: connection.IsOver));
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);

        source.Reset();
        source.RunContinuationsAsynchronously = !onLoop;
        begun = true;
        this.cancellationToken = cancellationToken;
        cancellation = cancellationToken.CanBeCanceled ? cancellationToken.UnsafeRegister(OnTokenCanceled, this) : default;
        var token = source.Version;
        if (onLoop)
            waiting = true;
        else
            socket.Loop.Post(static state => ((LoopPipeWriter)state!).WaitOnLoop(), this);
        return new ValueTask<FlushResult>(this, token);
    }

    public override void CancelPendingFlush()
    {
        cancelRequested = true;
        socket.Loop.Post(static state => ((LoopPipeWriter)state!).OnCancelRequested(), this);
    }

    public override void Complete(Exception? exception = null)
    {
        if (completed)
            return;
        completed = true;
        if (OnLoop)
            _ = SendOnLoop();
        else
            _ = HandOver();
        if (exception != null)
            connection.Abort(new Microsoft.AspNetCore.Connections.ConnectionAbortedException("Writing failed.", exception));
        else
            socket.Loop.Post(static state => ((LoopConnection)state!).EndOutput(), connection);
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        begun = false;
        return source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <summary>On the loop: bytes have left, or none will leave any more.</summary>
    internal void OnProgress()
    {
        if (waiting && (socket.Unsent <= socket.SendAhead / 2 || connection.IsOver))
            CompleteFlush(canceled: false);
    }

    /// <summary>On the loop: takes over what other threads have flushed.</summary>
    internal void TakeHandedOver()
    {
        Block? chain;
        lock (handOver)
        {
            chain = handedFirst;
            handedFirst = handedLast = null;
            Volatile.Write(ref handedBytes, 0);
        }

        if (chain != null)
            SendChain(chain);
    }

    private static void OnTokenCanceled(object? state) =>
        ((LoopPipeWriter)state!).Loop.Post(static state => ((LoopPipeWriter)state!).CheckToken(), state);

    /// <summary>Sends what is written, after what other threads have flushed before, and returns how much waits.</summary>
    private long SendOnLoop()
    {
        if (Volatile.Read(ref handedBytes) != 0)
            TakeHandedOver();
        var chain = TakeWritten(out _);
        if (chain != null)
            SendChain(chain);
        else if (socket.Failure != 0)
            connection.OnHangUp();
        return socket.Unsent;
    }

    private void SendChain(Block chain)
    {
        socket.Send(chain);
        if (socket.Failure != 0)
            connection.OnHangUp();
    }

    private long HandOver()
    {
        var tail = last;
        var chain = TakeWritten(out var bytes);
        if (chain == null)
            return socket.Unsent + Volatile.Read(ref handedBytes);
        bool isFirst;
        long waitingBytes;
        lock (handOver)
        {
            isFirst = handedFirst == null;
            if (isFirst)
                handedFirst = chain;
            else
                handedLast!.Following = chain;
            handedLast = tail;
            waitingBytes = handedBytes + bytes;
            Volatile.Write(ref handedBytes, waitingBytes);
        }

        if (isFirst)
            socket.Loop.Post(static state => ((LoopPipeWriter)state!).TakeHandedOver(), this);
        return waitingBytes + socket.Unsent;
    }

    private Block? TakeWritten(out long bytes)
    {
        var chain = first;
        bytes = unflushed;
        first = last = null;
        unflushed = 0;
        if (bytes != 0 || chain == null)
            return chain;
        socket.Loop.Pool.ReturnChain(chain);
        return null;
    }

    private void WaitOnLoop()
    {
        waiting = true;
        if (!CheckToken())
        {
            OnCancelRequested();
            OnProgress();
        }
    }

    private void OnCancelRequested()
    {
        if (!waiting || !cancelRequested)
            return;
        cancelRequested = false;
        CompleteFlush(canceled: true);
    }

    private bool CheckToken()
    {
        if (!waiting || !cancellationToken.IsCancellationRequested)
            return false;
        waiting = false;
        source.SetException(new OperationCanceledException(cancellationToken));
        return true;
    }

    private void CompleteFlush(bool canceled)
    {
        waiting = false;
        cancellation.Dispose();
        source.SetResult(new FlushResult(canceled, connection.IsOver));
    }

    private Block WithRoom(int sizeHint)
    {
        var wanted = Math.Max(sizeHint, 1);
        if (last is { } block && block.Free >= wanted)
            return block;
        return last == null ? first = last = socket.Loop.Pool.Take(wanted) : Grow(wanted, last);
    }

    /// <summary>
    /// A large block follows a small one. When little has been written so far (a response head) it moves to the large one, so that head and
    /// body leave in one piece.
    /// </summary>
    private Block Grow(int wanted, Block block)
    {
        var moved = ReferenceEquals(first, block) && block.Length <= BlockPool.SmallSize && wanted <= BlockPool.LargeSize - block.Length;
        var larger = socket.Loop.Pool.Take(Math.Max(wanted, BlockPool.LargeSize));
        if (moved)
        {
            larger.Fill(block.Content);
            socket.Loop.Pool.Return(block);
            return first = last = larger;
        }

        block.Following = larger;
        return last = larger;
    }
}
