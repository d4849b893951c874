using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Transport.Linux;
using Sluice.Gateway.Transport.Loops;

namespace Sluice.Gateway.Transport.Epoll;

/// <summary>A loop that waits with epoll, edge-triggered: a socket is registered once and costs no call to re-arm.</summary>
internal sealed unsafe class EpollLoop : LoopThread
{
    public const uint Readable = 0x1;
    public const uint Writable = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint PeerShutdown = 0x2000;

    private const uint EdgeTriggered = 1u << 31;
    private const uint Exclusive = 1u << 28;
    private const int Add = 1;
    private const int Remove = 2;
    private const int Capacity = 512;
    private const int AcceptBurst = 64;
    private const uint WakeMark = 0xFFFFFFFF;
    private const uint ListenMark = 0x80000000;

    // struct epoll_event is a 32-bit mask and 64 bits of our own (descriptor, then mark); it is packed on x86-64 only.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int EventSize = Packed ? 12 : 16;
    private static readonly int HandleOffset = Packed ? 4 : 8;
    private static readonly int MarkOffset = HandleOffset + 4;

    private readonly int epoll;
    private readonly int wake;
    private readonly byte* events;
    private readonly Dictionary<int, LoopListener> listeners = [];
    private int count;
    private int next;

    public EpollLoop(int index, BlockPool pool, ILogger log)
        : base(index, pool, log)
    {
        epoll = Libc.EpollCreate(Libc.NonBlockingCloseOnExec & 0x80000);
        wake = Libc.EventFd(0, Libc.NonBlockingCloseOnExec);
        if (epoll < 0 || wake < 0)
            throw new IOException($"Cannot create an epoll loop: {Errno.Describe(Libc.LastError)}.");
        events = (byte*)NativeMemory.Alloc(Capacity, (nuint)EventSize);
        Watch(wake, WakeMark, Readable | EdgeTriggered);
    }

    public override LoopSocket Adopt(int handle)
    {
        var socket = new EpollSocket(this, handle) { Generation = NextGeneration() };
        try
        {
            Watch(handle, socket.Generation, Readable | Writable | PeerShutdown | EdgeTriggered);
        }
        catch
        {
            _ = Libc.Close(handle);
            throw;
        }

        Register(socket);
        return socket;
    }

    public override LoopSocket? Connect(EndPoint endPoint, out int error)
    {
        var handle = NativeSocket.Open(endPoint, Libc.StreamNonBlocking);
        error = handle < 0 ? -handle : NativeSocket.Connect(handle, endPoint);
        if (error is not (0 or Errno.InProgress))
        {
            if (handle >= 0)
                _ = Libc.Close(handle);
            return null;
        }

        var socket = (EpollSocket)Adopt(handle);
        if (error != 0)
            socket.AwaitConnect();
        return socket;
    }

    public override void Listen(LoopListener listener, int handle)
    {
        listeners[handle] = listener;
        WatchListener(handle);
    }

    public override void Unlisten(LoopListener listener)
    {
        foreach (var (handle, owner) in listeners)
        {
            if (!ReferenceEquals(owner, listener))
                continue;
            listeners.Remove(handle);
            Unwatch(handle);
            _ = Libc.Close(handle);
        }
    }

    protected override int WakeHandle => wake;

    protected override void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(wake, &one, sizeof(ulong)); // edge-triggered: each write wakes, nobody needs to read
    }

    protected override void Prepare()
    {
    }

    protected override void Wait(int milliseconds)
    {
        next = 0;
        count = Libc.EpollWait(epoll, events, Capacity, milliseconds);
        if (count >= 0)
            return;
        var error = Libc.LastError;
        count = 0;
        if (error != Errno.Interrupted)
            throw new IOException($"epoll_wait failed: {Errno.Describe(error)}.");
    }

    protected override void Dispatch()
    {
        while (next < count)
        {
            var happened = events + (next++ * EventSize);
            var handle = *(int*)(happened + HandleOffset);
            var mark = *(uint*)(happened + MarkOffset);
            if (mark == WakeMark)
                continue;
            if (mark == ListenMark)
                AcceptBurstFrom(handle);
            else if (Find(handle, mark) is EpollSocket socket)
                socket.OnEvents(*(uint*)happened);
        }
    }

    protected override void ResumeAccepting(LoopListener listener)
    {
        foreach (var (handle, owner) in listeners)
        {
            if (ReferenceEquals(owner, listener))
                WatchListener(handle);
        }
    }

    protected override void Release()
    {
        foreach (var handle in listeners.Keys)
            _ = Libc.Close(handle);
        listeners.Clear();
        _ = Libc.Close(epoll);
        _ = Libc.Close(wake);
        NativeMemory.Free(events);
    }

    private void AcceptBurstFrom(int handle)
    {
        if (!listeners.TryGetValue(handle, out var listener))
            return;
        var address = stackalloc byte[NativeAddress.MaximumLength];
        for (var i = 0; i < AcceptBurst; i++)
        {
            uint length = NativeAddress.MaximumLength;
            var accepted = Libc.Accept4(handle, address, &length, Libc.NonBlockingCloseOnExec);
            if (accepted >= 0)
            {
                Accepted(listener, accepted, NativeAddress.Read(address, length));
                if (!Descriptors.IsLastForClients(accepted))
                    continue;
            }

            var error = accepted >= 0 ? Errno.TooManyFiles : Libc.LastError;
            if (Errno.IsExhaustion(error))
            {
                Unwatch(handle);
                PauseAccepting(listener, error);
            }

            if (error is not (Errno.Interrupted or Errno.ConnectionAborted))
                return;
        }
    }

    /// <summary>Level-triggered: what one burst leaves is announced again. Exclusive: the loops of a shared unix socket are not all woken.</summary>
    private void WatchListener(int handle) => Watch(handle, ListenMark, Readable | Exclusive);

    private void Watch(int handle, uint mark, uint interest)
    {
        var settings = stackalloc byte[16];
        *(uint*)settings = interest;
        *(int*)(settings + HandleOffset) = handle;
        *(uint*)(settings + MarkOffset) = mark;
        if (Libc.EpollControl(epoll, Add, handle, settings) != 0)
            throw new IOException($"epoll_ctl failed: {Errno.Describe(Libc.LastError)}.");
    }

    private void Unwatch(int handle)
    {
        var unused = stackalloc byte[16];
        _ = Libc.EpollControl(epoll, Remove, handle, unused);
    }
}
