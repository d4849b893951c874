using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.Loops;

/// <summary>What a socket tells the connection that it carries. Always from the loop's own stack, never from within a call of that connection.</summary>
internal interface ILoopSocketOwner
{
    /// <summary><see cref="LoopSocket.Receive"/> has something to say: bytes, the end, or a failure.</summary>
    void OnReadable();

    /// <summary>Bytes have left, or the handshake of a connect is over.</summary>
    void OnWritable();

    /// <summary>The peer has closed with nothing unread before it, or the connection broke.</summary>
    void OnHangUp();

    /// <summary>One of the deadlines armed on the socket may be over.</summary>
    void OnDeadline(long now);

    /// <summary>The loop ends: nothing will happen on this socket any more.</summary>
    void OnLoopStopping();
}

/// <summary>
/// A connected (or connecting) socket of a loop, in the shape that suits both readiness (epoll) and completion (io_uring): receive what is
/// there, hand over blocks to send. Used on the loop's thread only, so that no call can meet a number that was closed and given out again.
/// </summary>
internal abstract class LoopSocket(LoopThread loop, int handle)
{
    /// <summary>What <see cref="Receive"/> answers when nothing is there yet; <see cref="ILoopSocketOwner.OnReadable"/> will follow.</summary>
    public const int Later = -Errno.WouldBlock;

    private Block? queueLast;
    private long sendDeadline;
    private long receiveDeadline;

    public LoopThread Loop { get; } = loop;

    public int Handle { get; } = handle;

    /// <summary>Tells this socket from earlier ones with the same number.</summary>
    public uint Generation { get; init; }

    public ILoopSocketOwner Owner { get; set; } = NoOwner.Instance;

    public bool IsClosed { get; protected set; }

    /// <summary>The error number that the connection broke with; 0 while it works.</summary>
    public int Failure { get; protected set; }

    /// <summary>Bytes handed over and not yet taken by the kernel.</summary>
    public long Unsent { get; private set; }

    /// <summary>The blocks with these bytes, in order.</summary>
    protected Block? Queue { get; private set; }

    /// <summary>
    /// How much may be <see cref="Unsent"/> before whoever writes should wait. Kestrel continues a flush that had to wait on the thread
    /// pool, which costs more than most answers: an answer of usual size must not get there.
    /// </summary>
    public abstract int SendAhead { get; }

    /// <summary>True once the peer's FIN has been seen.</summary>
    public bool InputEnded { get; protected set; }

    /// <summary>When the owner's receiving is to be looked at, in <see cref="Environment.TickCount64"/> milliseconds; 0 for never.</summary>
    public long ReceiveDeadline
    {
        get => receiveDeadline;
        set
        {
            receiveDeadline = value;
            if (value != 0)
                Loop.ScanNoLaterThan(value);
        }
    }

    /// <summary>As <see cref="ReceiveDeadline"/>, for sending, connecting and closing.</summary>
    public long SendDeadline
    {
        get => sendDeadline;
        set
        {
            sendDeadline = value;
            if (value != 0)
                Loop.ScanNoLaterThan(value);
        }
    }

    /// <summary>False when <see cref="Receive"/> would answer <see cref="Later"/> for sure.</summary>
    public abstract bool MayReceive { get; }

    /// <summary>How many bytes wait for <see cref="Receive"/> as far as is known.</summary>
    public virtual int Available => 0;

    /// <summary>The number of bytes received (at least 1), 0 at the end of the stream, <see cref="Later"/>, or a negated error number.</summary>
    public abstract int Receive(Span<byte> destination);

    /// <summary>True while there is nothing to receive, not even an end.</summary>
    public abstract bool IsQuiet { get; }

    /// <summary>Takes over the chain and sends it as fast as the peer takes it.</summary>
    public void Send(Block chain)
    {
        if (IsClosed || Failure != 0)
        {
            Loop.Pool.ReturnChain(chain);
            return;
        }

        if (queueLast == null)
            Queue = chain;
        else
            queueLast.Following = chain;
        queueLast = chain;
        Unsent += chain.Length;
        while (queueLast.Following is { } next)
        {
            queueLast = next;
            Unsent += next.Length;
        }

        SendQueue();
    }

    /// <summary>Sends or copies what can go now and returns how much that was; <see cref="ILoopSocketOwner.OnWritable"/> follows when it was not all.</summary>
    public abstract int TrySend(ReadOnlySpan<byte> bytes);

    /// <summary>Sends FIN after everything handed over.</summary>
    public abstract void ShutdownSend();

    /// <summary>Gives the descriptor back. With <paramref name="reset"/>, unsent bytes are dropped and the peer gets RST.</summary>
    public abstract void Close(bool reset);

    /// <summary>Once <see cref="ILoopSocketOwner.OnWritable"/> has ended a connect: 0, or the error number that it failed with.</summary>
    public abstract int ConnectOutcome();

    /// <summary>Something has been added to <see cref="Queue"/>.</summary>
    protected abstract void SendQueue();

    /// <summary>The kernel has taken <paramref name="count"/> bytes. Blocks that were asked for and not written to go with those before them.</summary>
    protected void TakeOffQueue(int count)
    {
        Unsent -= count;
        while (Queue is { } block && (count > 0 || block.Length == 0))
        {
            var part = Math.Min(count, block.Length);
            block.Start += part;
            count -= part;
            if (block.Length > 0)
                return;
            Queue = block.Following;
            if (Queue == null)
                queueLast = null;
            Loop.Pool.Return(block);
        }
    }

    protected void DropQueue()
    {
        Loop.Pool.ReturnChain(Queue);
        Queue = queueLast = null;
        Unsent = 0;
    }

    private sealed class NoOwner : ILoopSocketOwner
    {
        public static readonly NoOwner Instance = new();

        public void OnReadable()
        {
        }

        public void OnWritable()
        {
        }

        public void OnHangUp()
        {
        }

        public void OnDeadline(long now)
        {
        }

        public void OnLoopStopping()
        {
        }
    }
}
