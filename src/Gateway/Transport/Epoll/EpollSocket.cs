using Sluice.Gateway.Transport.Linux;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.Epoll;

/// <summary>A socket by readiness: calls are tried at once, and again after the kernel has said that the state changed.</summary>
internal sealed unsafe class EpollSocket(EpollLoop loop, int handle) : LoopSocket(loop, handle)
{
    /// <summary>How many times one socket may be received from in one turn before the others have theirs.</summary>
    private const int ShareOfTurn = 16;

    private bool readable;
    private bool writable = true;
    private bool connecting;
    private bool hungUp;
    private bool finAnnounced;
    private bool shutdownAfterQueue;
    private uint turn;
    private int received;

    public override int SendAhead => 65536; // beyond what the kernel has taken already

    public override bool MayReceive => readable || InputEnded || Failure != 0;

    public override bool IsQuiet => !IsClosed && !InputEnded && Failure == 0 && (!readable || HasNothingYet());

    public override int Receive(Span<byte> destination)
    {
        if (Failure != 0)
            return ReceiveLast(destination);
        if (InputEnded)
            return 0;
        if (!readable || !TakeShare())
            return Later;
        int result;
        fixed (byte* start = destination)
            result = Receive(start, destination.Length, 0);
        if (result > 0)
        {
            // Less than there was room for means that the queue is empty, unless a FIN stands behind it. That was announced with bytes before it,
            // and will not be again: whoever reads no further has to be told.
            if (result < destination.Length)
            {
                if (!finAnnounced)
                    readable = false;
                else if (!hungUp)
                    Loop.Post(static state => ((EpollSocket)state!).CheckHangUp(), this);
            }
        }
        else if (result == 0)
        {
            InputEnded = true;
        }
        else if (result == Later)
        {
            readable = false;
        }
        else
        {
            Failure = -result;
        }

        return result;
    }

    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        if (Failure != 0)
            return -Failure;
        if (Queue != null || !writable || connecting)
            return 0;
        int result;
        fixed (byte* start = bytes)
            result = Send(start, bytes.Length, 0);
        if (result == Later)
            result = 0;
        if (result < 0)
            Failure = -result;
        else if (result < bytes.Length)
            writable = false;
        return result;
    }

    public override void ShutdownSend()
    {
        if (Queue != null)
            shutdownAfterQueue = true;
        else if (!IsClosed)
            _ = Libc.Shutdown(Handle, Libc.ShutdownWrite);
    }

    public override void Close(bool reset)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        ReceiveDeadline = SendDeadline = 0;
        DropQueue();
        if (reset)
            NativeSocket.ResetOnClose(Handle);
        Loop.Unregister(this);
        _ = Libc.Close(Handle);
    }

    public override int ConnectOutcome() => Failure != 0 ? Failure : NativeSocket.TakeError(Handle);

    public void AwaitConnect() => connecting = true;

    public void OnEvents(uint events)
    {
        if (connecting)
        {
            connecting = false;
            Owner.OnWritable();
            return;
        }

        if ((events & EpollLoop.Writable) != 0 && !writable)
        {
            writable = true;
            SendQueue();
            Owner.OnWritable();
            if (IsClosed)
                return;
        }

        if ((events & (EpollLoop.Readable | EpollLoop.PeerShutdown | EpollLoop.HangUp | EpollLoop.Error)) == 0)
            return;
        readable = true;
        if ((events & (EpollLoop.PeerShutdown | EpollLoop.HangUp)) != 0)
            finAnnounced = true;
        Owner.OnReadable();
        if (!IsClosed && !hungUp && (events & (EpollLoop.PeerShutdown | EpollLoop.HangUp | EpollLoop.Error)) != 0)
            CheckHangUp();
    }

    /// <summary>Nobody may be reading now, and yet whoever works for this peer wants to know that it has gone.</summary>
    private void CheckHangUp()
    {
        if (IsClosed || hungUp)
            return;
        if (Failure == 0 && !InputEnded)
            _ = HasNothingYet();
        if (!InputEnded && Failure == 0)
            return;
        hungUp = true;
        Owner.OnHangUp();
    }

    private bool HasNothingYet()
    {
        byte one;
        var result = Receive(&one, 1, Libc.MessagePeek);
        switch (result)
        {
            case > 0:
                return false;
            case 0:
                InputEnded = true;
                return false;
            case Later:
                readable = false;
                return true;
            default:
                Failure = -result;
                return false;
        }
    }

    private bool TakeShare()
    {
        if (turn != Loop.Turn)
        {
            turn = Loop.Turn;
            received = 0;
        }
        else if (received >= ShareOfTurn)
        {
            if (received == ShareOfTurn)
                Loop.ContinueNextTurn(this);
            received = ShareOfTurn + 1;
            return false;
        }

        received++;
        return true;
    }

    /// <summary>
    /// Sending has failed, but what came before the peer's RST still lies in the kernel: an answer that refuses a request half-way, for example.
    /// </summary>
    private int ReceiveLast(Span<byte> destination)
    {
        if (!InputEnded && !IsClosed)
        {
            int result;
            fixed (byte* start = destination)
                result = Receive(start, destination.Length, 0);
            if (result > 0)
                return result;
            InputEnded = true;
        }

        return -Failure;
    }

    protected override void SendQueue()
    {
        while (writable && Queue is { } block)
        {
            var result = Send(block.Address + block.Start, block.Length, block.Following != null ? Libc.MessageMore : 0);
            if (result == Later)
            {
                writable = false;
                return;
            }

            if (result < 0)
            {
                Failure = -result;
                DropQueue();
                return;
            }

            writable = result == block.Length;
            TakeOffQueue(result);
        }

        if (Queue == null && shutdownAfterQueue)
        {
            shutdownAfterQueue = false;
            _ = Libc.Shutdown(Handle, Libc.ShutdownWrite);
        }
    }

    private int Receive(byte* start, int length, int flags)
    {
        while (true)
        {
            var result = (int)Libc.Receive(Handle, start, length, flags);
            if (result >= 0)
                return result;
            var error = Libc.LastError;
            if (error != Errno.Interrupted)
                return -error;
        }
    }

    private int Send(byte* start, int length, int flags)
    {
        while (true)
        {
            var result = (int)Libc.Send(Handle, start, length, flags | Libc.MessageNoSignal);
            if (result >= 0)
                return result;
            var error = Libc.LastError;
            if (error != Errno.Interrupted)
                return -error;
        }
    }
}
