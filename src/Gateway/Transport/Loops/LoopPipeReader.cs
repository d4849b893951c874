using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>
/// What the peer sends. Nothing is received before somebody asks and has looked at all that is there, so that a slow reader slows the peer;
/// a connection that waits holds no buffer.
/// </summary>
/// <remarks>
/// The state belongs to the reading code until a read waits, then to the loop until that read completes; only the loop completes reads.
/// A read that was begun on any thread is continued on the loop: that is how a connection comes back to it.
/// </remarks>
internal sealed class LoopPipeReader(LoopConnection connection, LoopSocket socket) : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>A block with less room than this is left as it is and another one is begun.</summary>
    private const int WorthReceiving = 512;

    private ManualResetValueTaskSourceCore<ReadResult> source;
    private CancellationTokenRegistration cancellation;
    private CancellationToken cancellationToken;
    private Block? head;
    private Block? tail;
    private bool examined = true;
    private bool ended;
    private bool completed;
    private bool bulk;
    private bool begun;
    private bool waiting;
    private volatile bool cancelRequested;
    private volatile Exception? failure;

    private LoopThread Loop => socket.Loop;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (TryAnswer(out var result))
            return new ValueTask<ReadResult>(result);
        if (begun)
            throw new InvalidOperationException("Another read is under way.");
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        if (ReferenceEquals(EventLoop.Current, socket.Loop))
        {
            if (TryReceive())
                return failure == null ? new ValueTask<ReadResult>(Answer()) : ValueTask.FromException<ReadResult>(failure);
            Begin(cancellationToken);
            waiting = true;
        }
        else
        {
            Begin(cancellationToken);
            socket.Loop.Post(static state => ((LoopPipeReader)state!).WaitOnLoop(), this);
        }

        return new ValueTask<ReadResult>(this, source.Version);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (begun)
            throw new InvalidOperationException("Another read is under way.");
        if (TryAnswer(out result))
            return true;
        if (!ReferenceEquals(EventLoop.Current, socket.Loop) || !TryReceive())
            return false;
        if (failure != null)
            throw failure;
        result = Answer();
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (begun)
            throw new InvalidOperationException("A read is under way.");
        if (tail == null || consumed.GetObject() is not Block upTo)
        {
            this.examined = true; // there was nothing to look at
            return;
        }

        var lookedTo = examined.GetObject() as Block ?? upTo;
        this.examined = ReferenceEquals(lookedTo, tail) && examined.GetInteger() >= tail.End;
        while (!ReferenceEquals(head, upTo))
        {
            var passed = head!;
            head = passed.Following;
            socket.Loop.Pool.Return(passed);
        }

        upTo.Start = consumed.GetInteger();
        while (head is { Length: 0 } empty)
        {
            head = empty.Following;
            if (head == null)
                tail = null;
            socket.Loop.Pool.Return(empty);
        }

        if (head == null)
            this.examined = true;
    }

    public override void CancelPendingRead()
    {
        cancelRequested = true;
        socket.Loop.Post(static state => ((LoopPipeReader)state!).OnCancelRequested(), this);
    }

    public override void Complete(Exception? exception = null)
    {
        if (completed)
            return;
        completed = true;
        if (begun)
            socket.Loop.Post(static state => ((LoopPipeReader)state!).Fail(new InvalidOperationException("Reading has been completed.")), this);
        else
            DropBlocks();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        begun = false;
        return source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) =>
        source.GetStatus(token) is var status && status == ValueTaskSourceStatus.Canceled && !cancellationToken.IsCancellationRequested
            ? ValueTaskSourceStatus.Faulted // an abort's exception is a kind of cancellation by its type only
            : status;

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <summary>On the loop: the socket has something.</summary>
    internal void OnReadable()
    {
        if (!waiting || !TryReceive())
            return;
        if (failure != null)
            Fail(failure);
        else
            CompleteRead(Answer());
    }

    /// <summary>On the loop: the connection ends for a reason that did not come from its socket.</summary>
    internal void Fail(Exception reason)
    {
        failure ??= reason;
        if (!waiting)
            return;
        waiting = false;
        cancellation.Dispose();
        if (completed)
            DropBlocks();
        source.SetException(failure);
    }

    private static void OnTokenCanceled(object? state) =>
        ((LoopPipeReader)state!).Loop.Post(static state => ((LoopPipeReader)state!).CheckToken(), state);

    /// <summary>On the loop. Comes too late when the read has been completed meanwhile: then the token of the next one is looked at.</summary>
    private bool CheckToken()
    {
        if (!waiting || !cancellationToken.IsCancellationRequested)
            return false;
        waiting = false;
        source.SetException(new OperationCanceledException(cancellationToken));
        return true;
    }

    private void Begin(CancellationToken token)
    {
        source.Reset();
        begun = true;
        cancellationToken = token;
        cancellation = token.CanBeCanceled ? token.UnsafeRegister(OnTokenCanceled, this) : default;
    }

    private void WaitOnLoop()
    {
        waiting = true;
        if (cancelRequested)
            OnCancelRequested();
        else if (failure != null)
            Fail(failure);
        else if (!CheckToken())
            OnReadable();
    }

    private void OnCancelRequested()
    {
        if (!waiting || !cancelRequested)
            return;
        cancelRequested = false;
        CompleteRead(Canceled());
    }

    private void CompleteRead(ReadResult result)
    {
        waiting = false;
        cancellation.Dispose();
        source.SetResult(result);
    }

    /// <summary>What can be said without asking the socket.</summary>
    private bool TryAnswer(out ReadResult result)
    {
        if (completed)
            throw new InvalidOperationException("Reading has been completed.");
        if (!begun)
        {
            if (cancelRequested)
            {
                cancelRequested = false;
                result = Canceled();
                return true;
            }

            if (failure != null)
                throw failure;
            if (!examined || ended)
            {
                result = Answer();
                return true;
            }
        }

        result = default;
        return false;
    }

    private ReadResult Answer() => new(Sequence(), isCanceled: false, isCompleted: ended);

    private ReadResult Canceled() => new(Sequence(), isCanceled: true, isCompleted: ended);

    private ReadOnlySequence<byte> Sequence() =>
        head == null ? default : new ReadOnlySequence<byte>(head, head.Start, tail!, tail!.End);

    /// <summary>On the loop: true when there is something new to tell.</summary>
    private bool TryReceive()
    {
        if (ended || failure != null)
            return true;
        if (!socket.MayReceive || socket.IsClosed)
            return false;
        var block = tail is { Free: >= WorthReceiving } last ? last : socket.Loop.Pool.Take(bulk || socket.Available > BlockPool.SmallSize ? BlockPool.LargeSize : BlockPool.SmallSize);
        var room = block.Free;
        var received = socket.Receive(block.Room);
        if (received > 0)
        {
            bulk = received == room;
            block.End += received;
            Append(block);
            examined = false;
            return true;
        }

        if (!ReferenceEquals(block, tail))
            socket.Loop.Pool.Return(block);
        if (received == LoopSocket.Later)
            return false;
        if (received == 0)
            ended = true;
        else
            failure = new ConnectionResetException(Errno.Describe(-received));
        connection.OnHangUp();
        return true;
    }

    private void Append(Block block)
    {
        if (ReferenceEquals(block, tail))
            return;
        if (tail == null)
            head = block;
        else
            tail.ContinueWith(block);
        tail = block;
    }

    private void DropBlocks()
    {
        socket.Loop.Pool.ReturnChain(head);
        head = tail = null;
        examined = true;
    }
}
