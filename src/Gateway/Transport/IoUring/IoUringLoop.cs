using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Linux;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.IoUring;

/// <summary>A loop that hands its requests to the kernel in one call per turn and finds the answers in memory.</summary>
internal sealed unsafe class IoUringLoop : LoopThread
{
    private const int CloseOnExec = 0x80000;
    private const int OperationShift = 56;
    private const int ScratchSize = 65536;
    private const int HeaderSize = 56; // struct msghdr on 64-bit systems
    private const int GatherLimit = 64;
    private const int AcceptsUnderWay = 4;
    private const int Blocking = 1 | CloseOnExec; // SOCK_STREAM | SOCK_CLOEXEC

    private readonly Ring ring = new();
    private readonly ReceiveBuffers buffers;
    private readonly int wake;
    private readonly ulong* wakeCount = (ulong*)NativeMemory.AllocZeroed(sizeof(ulong));
    private readonly Dictionary<int, LoopListener> listeners = [];
    private readonly List<IoUringSocket> starved = [];
    private readonly List<IoUringSocket> sendDue = [];
    private readonly byte* scratch = (byte*)NativeMemory.AlignedAlloc(ScratchSize, 64);
    private int scratchUsed;
    private int requestsUnderWay;

    public IoUringLoop(int index, BlockPool pool, ILogger log)
        : base(index, pool, log)
    {
        buffers = new ReceiveBuffers(ring);
        wake = Libc.EventFd(0, CloseOnExec);
    }

    public Ring.Request* Request(byte operation, LoopSocket socket) => Request(operation, socket.Handle);

    /// <summary>Cancels what <paramref name="operation"/> does for the socket; its completion says so.</summary>
    public void CancelRequest(byte operation, LoopSocket socket)
    {
        var request = Request(Ring.OperationCancel, socket.Handle);
        request->Handle = -1;
        request->Address = UserData(operation, socket.Handle);
    }

    public void CancelAll(LoopSocket socket)
    {
        var request = Request(Ring.OperationCancel, socket.Handle);
        request->OperationFlags = Ring.CancelAll | Ring.CancelByHandle;
    }

    /// <summary>All buffers were in use: asks again when this turn has given some back.</summary>
    public void ReceiveAgainLater(IoUringSocket socket) => starved.Add(socket);

    public void SendAtEndOfTurn(IoUringSocket socket) => sendDue.Add(socket);

    /// <summary>A struct msghdr for the first blocks of <paramref name="chain"/>; good until the next submission.</summary>
    public byte* Gather(Block chain)
    {
        var count = 0;
        for (var block = chain; block != null && count < GatherLimit; block = block.Following)
            count++;
        var header = (ulong*)Scratch(HeaderSize + (count * 2 * sizeof(ulong)));
        var pieces = header + (HeaderSize / sizeof(ulong));
        new Span<byte>(header, HeaderSize).Clear();
        header[2] = (ulong)pieces;
        header[3] = (ulong)count;
        for (var i = 0; i < count; i++)
        {
            *pieces++ = (ulong)(chain.Address + chain.Start);
            *pieces++ = (ulong)chain.Length;
            chain = chain.Following!;
        }

        return (byte*)header;
    }

    public override LoopSocket Adopt(int handle)
    {
        var socket = new IoUringSocket(this, handle) { Generation = NextGeneration() };
        Register(socket);
        socket.StartReceiving();
        return socket;
    }

    public override LoopSocket? Connect(EndPoint endPoint, out int error)
    {
        var handle = NativeSocket.Open(endPoint, Blocking);
        error = handle < 0 ? -handle : Errno.InProgress;
        if (handle < 0)
            return null;
        var socket = new IoUringSocket(this, handle) { Generation = NextGeneration() };
        Register(socket);
        var address = Scratch(NativeAddress.MaximumLength);
        socket.StartConnecting(address, NativeAddress.Write(endPoint, address));
        return socket;
    }

    public override void Listen(LoopListener listener, int handle)
    {
        listeners[handle] = listener;
        NativeSocket.MakeBlocking(handle);
        StartAccepting(handle);
    }

    public override void Unlisten(LoopListener listener)
    {
        foreach (var (handle, owner) in listeners)
        {
            if (!ReferenceEquals(owner, listener))
                continue;
            listeners.Remove(handle);
            CancelAccepting(handle);
            ring.Enter(wait: false, milliseconds: 0); // the number may be given out again once it is closed
            _ = Libc.Shutdown(handle, Libc.ShutdownBoth);
            _ = Libc.Close(handle);
        }
    }

    protected override int WakeHandle => wake;

    protected override void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(wake, &one, sizeof(ulong));
    }

    protected override void Prepare()
    {
        ring.Enable();
        AwaitWake();
    }

    protected override void Wait(int milliseconds)
    {
        SubmitSends();
        ring.Enter(wait: milliseconds != 0, milliseconds);
        scratchUsed = 0;
    }

    protected override void Dispatch()
    {
        while (ring.TryTake(out var completion))
            OnCompletion(completion);
        if (starved.Count == 0)
            return;
        foreach (var socket in starved)
            socket.ResumeReceiving();
        starved.Clear();
    }

    protected override void ResumeAccepting(LoopListener listener)
    {
        foreach (var (handle, owner) in listeners)
        {
            if (ReferenceEquals(owner, listener))
                StartAccepting(handle);
        }
    }

    protected override void Release()
    {
        int[] listening = [.. listeners.Keys];
        listeners.Clear();
        foreach (var handle in listening)
            _ = Libc.Shutdown(handle, Libc.ShutdownBoth); // ends the accepting
        var limit = Environment.TickCount64 + 1000;
        Wake();
        while (requestsUnderWay > 0 && Environment.TickCount64 < limit)
        {
            Wait(50);
            Dispatch();
        }

        foreach (var handle in listening)
            _ = Libc.Close(handle);
        ring.Dispose();
        _ = Libc.Close(wake);
        if (requestsUnderWay > 0)
            return; // the kernel may still write to this memory: better lost than corrupted
        buffers.Free();
        NativeMemory.Free(wakeCount);
        NativeMemory.AlignedFree(scratch);
    }

    private void SubmitSends()
    {
        foreach (var socket in sendDue)
            socket.SubmitSend();
        sendDue.Clear();
    }

    /// <summary>Memory that a request points to until it is submitted: then the kernel has copied it.</summary>
    private byte* Scratch(int size)
    {
        size = (size + 63) & ~63;
        if (scratchUsed + size > ScratchSize)
        {
            ring.Enter(wait: false, milliseconds: 0);
            scratchUsed = 0;
        }

        var start = scratch + scratchUsed;
        scratchUsed += size;
        return start;
    }

    private static ulong UserData(byte operation, int handle) => ((ulong)operation << OperationShift) | (uint)handle;

    private Ring.Request* Request(byte operation, int handle)
    {
        var request = ring.Next();
        request->Operation = operation;
        request->Handle = handle;
        request->UserData = UserData(operation, handle);
        requestsUnderWay++;
        return request;
    }

    private void AwaitWake()
    {
        var request = Request(Ring.OperationRead, wake);
        request->Address = (ulong)wakeCount;
        request->Length = sizeof(ulong);
    }

    /// <summary>A few at a time. One standing request would accept the whole backlog unseen, down to the last descriptor.</summary>
    private void StartAccepting(int handle)
    {
        for (var i = 0; i < AcceptsUnderWay; i++)
            AcceptOne(handle);
    }

    private void AcceptOne(int handle)
    {
        var request = Request(Ring.OperationAccept, handle);
        request->OperationFlags = CloseOnExec;
    }

    private void CancelAccepting(int handle)
    {
        var request = Request(Ring.OperationCancel, handle);
        request->Handle = -1;
        request->Address = UserData(Ring.OperationAccept, handle);
        request->OperationFlags = Ring.CancelAll;
    }

    private void OnCompletion(in Ring.Completion completion)
    {
        var operation = (byte)(completion.UserData >> OperationShift);
        var handle = (int)(uint)completion.UserData;
        var more = (completion.Flags & Ring.CompletionHasMore) != 0;
        if (!more)
            requestsUnderWay--;
        switch (operation)
        {
            case Ring.OperationReceive:
                OnReceived(handle, completion, more);
                break;
            case Ring.OperationSend or Ring.OperationSendMessage:
                Of(handle)?.OnSent(completion.Result);
                break;
            case Ring.OperationConnect:
                Of(handle)?.OnConnected(completion.Result);
                break;
            case Ring.OperationAccept:
                OnAccepted(handle, completion.Result);
                break;
            case Ring.OperationRead when !IsStopping:
                AwaitWake();
                break;
        }
    }

    private void OnReceived(int handle, in Ring.Completion completion, bool more)
    {
        var socket = Of(handle);
        if ((completion.Flags & Ring.CompletionHasBuffer) == 0)
        {
            socket?.OnReceived(completion.Result, null, more);
            return;
        }

        var buffer = (ushort)(completion.Flags >> 16);
        try
        {
            socket?.OnReceived(completion.Result, buffers[buffer], more);
        }
        finally
        {
            buffers.GiveBack(buffer);
        }
    }

    private void OnAccepted(int handle, int result)
    {
        if (!listeners.TryGetValue(handle, out var listener))
        {
            if (result >= 0)
                _ = Libc.Close(result);
            return;
        }

        if (result >= 0)
            Accepted(listener, result, NativeSocket.RemoteEndPoint(result));
        if (IsPaused(listener))
            return;
        if (result >= 0 ? Descriptors.IsLastForClients(result) : Errno.IsExhaustion(-result))
        {
            PauseAccepting(listener, result >= 0 ? Errno.TooManyFiles : -result);
            CancelAccepting(handle);
            return;
        }

        AcceptOne(handle);
    }

    /// <summary>A socket stays in the table until the kernel has answered all its requests, so that the number alone identifies it.</summary>
    private IoUringSocket? Of(int handle) => Find(handle) as IoUringSocket;
}
