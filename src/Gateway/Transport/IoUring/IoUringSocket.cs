using Sluice.Gateway.Transport.Linux;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.IoUring;

/// <summary>
/// A socket by completion: one standing request receives for its whole life, and sends leave together with the turn's other requests.
/// The descriptor is closed, and memory reused, only when the kernel has answered every request.
/// </summary>
internal sealed unsafe class IoUringSocket(IoUringLoop loop, int handle) : LoopSocket(loop, handle), ILoopSocketOwner
{
    /// <summary>Receiving stops when this much has not been asked for, and goes on when all of it has been taken.</summary>
    private const int StoreLimit = 65536;

    /// <summary>Nothing leaves before the end of the turn, so that this is more than a socket by readiness needs.</summary>
    private const int SendLimit = 3 * 65536;

    /// <summary>What was sent before a close may take this long to leave.</summary>
    private const int DrainLimit = 5_000;

    private byte* arrived;
    private int arrivedLength;
    private Block? stored;
    private Block? storedLast;
    private int storedLength;
    private int requests;
    private bool receiving;
    private bool pausing;
    private bool sending;
    private bool sendDue;
    private bool connecting;
    private bool shutdownAfterQueue;
    private bool dropping;

    public override int SendAhead => SendLimit;

    public override bool MayReceive => arrivedLength > 0 || stored != null || InputEnded || Failure != 0;

    public override int Available => arrivedLength + storedLength;

    public override bool IsQuiet => !IsClosed && !MayReceive;

    public override int Receive(Span<byte> destination)
    {
        if (stored != null)
            return TakeStored(destination);
        if (arrivedLength > 0)
        {
            var count = Math.Min(arrivedLength, destination.Length);
            new ReadOnlySpan<byte>(arrived, count).CopyTo(destination);
            arrived += count;
            arrivedLength -= count;
            return count;
        }

        return Failure != 0 ? -Failure : InputEnded ? 0 : Later;
    }

    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        if (Failure != 0)
            return -Failure;
        var room = (int)Math.Min(bytes.Length, SendLimit - Unsent);
        if (room <= 0 || connecting)
            return 0;
        var block = Loop.Pool.Take(room);
        block.Fill(bytes[..room]);
        Send(block);
        return room;
    }

    public override void ShutdownSend()
    {
        if (Unsent > 0)
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
        Loop.Pool.ReturnChain(stored);
        stored = storedLast = null;
        Owner = this;
        if (reset)
            NativeSocket.ResetOnClose(Handle);
        if (reset || Unsent == 0)
        {
            DropRequests();
        }
        else
        {
            if (receiving)
                CancelReceiving();
            SendDeadline = Environment.TickCount64 + DrainLimit;
        }

        CloseWhenAnswered();
    }

    public override int ConnectOutcome() => Failure;

    /// <summary>Asks for everything that arrives from now on.</summary>
    public void StartReceiving()
    {
        receiving = true;
        pausing = false;
        requests++;
        var request = loop.Request(Ring.OperationReceive, this);
        request->Priority = Ring.ReceiveMultishot;
        request->Flags = Ring.SelectBuffer;
        request->BufferGroup = ReceiveBuffers.Group;
    }

    /// <summary>Begins the handshake; <paramref name="address"/> stays valid until the request has been submitted.</summary>
    public void StartConnecting(byte* address, uint length)
    {
        connecting = true;
        requests++;
        var request = loop.Request(Ring.OperationConnect, this);
        request->Address = (ulong)address;
        request->Offset = length;
    }

    public void OnConnected(int result)
    {
        requests--;
        connecting = false;
        if (IsClosed)
        {
            CloseWhenAnswered();
            return;
        }

        if (result < 0)
            Failure = -result;
        else
            StartReceiving();
        Owner.OnWritable();
    }

    public void OnReceived(int result, byte* bytes, bool more)
    {
        if (!more)
        {
            receiving = false;
            requests--;
        }

        if (IsClosed)
        {
            CloseWhenAnswered();
            return;
        }

        if (result > 0)
        {
            arrived = bytes;
            arrivedLength = result;
            try
            {
                Owner.OnReadable();
            }
            finally
            {
                StoreRest();
                ResumeReceiving();
            }
        }
        else if (result == -Errno.NoBufferSpace)
        {
            loop.ReceiveAgainLater(this);
        }
        else if (result == -Errno.Canceled)
        {
            ResumeReceiving();
        }
        else
        {
            if (result == 0)
                InputEnded = true;
            else
                Failure = -result;
            Owner.OnReadable();
            if (!IsClosed)
                Owner.OnHangUp();
        }
    }

    public void ResumeReceiving()
    {
        if (!receiving && !IsClosed && !InputEnded && Failure == 0 && storedLength < StoreLimit)
            StartReceiving();
    }

    public void SubmitSend()
    {
        sendDue = false;
        if (Queue is not { } block || dropping)
            return;
        sending = true;
        requests++;
        const uint Options = Libc.MessageNoSignal | Libc.MessageWaitAll;
        if (block.Following == null)
        {
            var single = loop.Request(Ring.OperationSend, this);
            single->Address = (ulong)(block.Address + block.Start);
            single->Length = (uint)block.Length;
            single->OperationFlags = Options;
            return;
        }

        var message = loop.Gather(block);
        var request = loop.Request(Ring.OperationSendMessage, this);
        request->Address = (ulong)message;
        request->Length = 1;
        request->OperationFlags = Options;
    }

    public void OnSent(int result)
    {
        requests--;
        sending = false;
        if (result > 0)
            TakeOffQueue(result);
        else if (!dropping)
        {
            Failure = -result;
        }

        if (dropping || Failure != 0)
            DropQueue();
        else if (Queue != null)
            SendQueue();
        else if (shutdownAfterQueue)
            _ = Libc.Shutdown(Handle, Libc.ShutdownWrite);

        if (IsClosed)
        {
            if (Queue == null && !dropping)
                DropRequests();
            CloseWhenAnswered();
            return;
        }

        Owner.OnWritable();
        if (Failure != 0 && !IsClosed)
            Owner.OnHangUp();
    }

    void ILoopSocketOwner.OnReadable()
    {
    }

    void ILoopSocketOwner.OnWritable()
    {
    }

    void ILoopSocketOwner.OnHangUp()
    {
    }

    /// <summary>What was to leave before the close has taken too long.</summary>
    void ILoopSocketOwner.OnDeadline(long now)
    {
        if (now < SendDeadline)
            return;
        SendDeadline = 0;
        DropRequests();
        CloseWhenAnswered();
    }

    void ILoopSocketOwner.OnLoopStopping()
    {
    }

    private int TakeStored(Span<byte> destination)
    {
        var block = stored!;
        var count = Math.Min(block.Length, destination.Length);
        block.Content[..count].CopyTo(destination);
        block.Start += count;
        storedLength -= count;
        if (block.Length > 0)
            return count;
        stored = block.Following;
        if (stored == null)
            storedLast = null;
        Loop.Pool.Return(block);
        if (stored == null)
            ResumeReceiving();
        return count;
    }

    /// <summary>Keeps what nobody has asked for yet, and stops receiving when that gets too much.</summary>
    private void StoreRest()
    {
        var rest = new ReadOnlySpan<byte>(arrived, arrivedLength);
        arrivedLength = 0;
        if (rest.IsEmpty || IsClosed)
            return;
        storedLength += rest.Length;
        while (!rest.IsEmpty)
        {
            if (storedLast is not { Free: > 0 })
            {
                var block = Loop.Pool.Take(stored == null && rest.Length <= BlockPool.SmallSize ? BlockPool.SmallSize : BlockPool.LargeSize);
                if (storedLast == null)
                    stored = block;
                else
                    storedLast.Following = block;
                storedLast = block;
            }

            rest = storedLast.Fill(rest);
        }

        if (storedLength < StoreLimit || !receiving || pausing)
            return;
        pausing = true;
        CancelReceiving();
    }

    /// <summary>All that is handed over in one turn leaves with one request at its end.</summary>
    protected override void SendQueue()
    {
        if (sending || sendDue)
            return;
        sendDue = true;
        loop.SendAtEndOfTurn(this);
    }

    private void CancelReceiving() => loop.CancelRequest(Ring.OperationReceive, this);

    /// <summary>Gives up everything under way; what the kernel still works on is freed when it answers.</summary>
    private void DropRequests()
    {
        dropping = true;
        SendDeadline = 0;
        if (!sending)
            DropQueue();
        if (requests > 0)
            loop.CancelAll(this);
    }

    private void CloseWhenAnswered()
    {
        if (requests > 0 || (Queue != null && !dropping))
            return;
        Loop.Unregister(this);
        _ = Libc.Close(Handle);
    }
}
