using System.Runtime.InteropServices;
using Sluice.Gateway.Transport.Linux;

namespace Sluice.Gateway.Transport.IoUring;

/// <summary>
/// The queues shared with the kernel, by raw system calls: requests are written to one, completions read from the other, and one call both
/// submits all requests and waits. Made on any thread, used by the one that calls <see cref="Enable"/>.
/// </summary>
internal sealed unsafe class Ring : IDisposable
{
    public const byte OperationPollAdd = 6;
    public const byte OperationSendMessage = 9;
    public const byte OperationAccept = 13;
    public const byte OperationCancel = 14;
    public const byte OperationConnect = 16;
    public const byte OperationRead = 22;
    public const byte OperationSend = 26;
    public const byte OperationReceive = 27;

    public const ushort ReceiveMultishot = 1 << 1;
    public const byte SelectBuffer = 1 << 5;
    public const uint CancelAll = 1 << 0;
    public const uint CancelByHandle = 1 << 1;

    public const uint CompletionHasBuffer = 1 << 0;
    public const uint CompletionHasMore = 1 << 1;

    private const int Entries = 4096;
    private const int SystemSetup = 425;
    private const int SystemEnter = 426;
    private const int SystemRegister = 427;
    private const int RegisterEnableRings = 12;
    private const int RegisterBufferRing = 22;
    private const uint EnterGetEvents = 1;
    private const uint EnterExtendedArgument = 1 << 3;
    private const uint FlagCompletionSize = 1 << 3;
    private const uint FlagDisabled = 1 << 6;
    private const uint FlagSubmitAll = 1 << 7;
    private const uint FlagCooperative = 1 << 8;
    private const uint FlagSingleIssuer = 1 << 12;
    private const uint FlagDeferTaskRun = 1 << 13;

    private readonly int handle;
    private readonly byte* queues;
    private readonly nint queuesSize;
    private readonly nint requestsSize;
    private readonly Request* requests;
    private readonly Completion* completions;
    private readonly uint* requestHead;
    private readonly uint* requestTail;
    private readonly uint* completionHead;
    private readonly uint* completionTail;
    private readonly uint requestMask;
    private readonly uint completionMask;
    private uint written;
    private uint submitted;
    private uint read;

    /// <exception cref="PlatformNotSupportedException">With the reason, for people.</exception>
    public Ring()
    {
        Parameters parameters = default;
        // All work is done when this thread asks for it (no interrupts to run completions, no locks); needs Linux 6.1.
        parameters.Flags = FlagCompletionSize | FlagSubmitAll | FlagCooperative | FlagSingleIssuer | FlagDeferTaskRun | FlagDisabled;
        parameters.CompletionEntries = Entries * 4;
        handle = (int)Libc.SystemCall(SystemSetup, Entries, (nint)(&parameters), 0, 0, 0, 0);
        if (handle < 0)
            throw Unusable(Libc.LastError);

        queuesSize = (nint)Math.Max(
            parameters.RequestArray + (parameters.RequestEntries * sizeof(uint)),
            parameters.Completions + (parameters.CompletionEntries * sizeof(Completion)));
        requestsSize = (nint)parameters.RequestEntries * sizeof(Request);
        queues = Map(queuesSize, 0);
        requests = (Request*)Map(requestsSize, 0x10000000);
        requestHead = (uint*)(queues + parameters.RequestHead);
        requestTail = (uint*)(queues + parameters.RequestTail);
        requestMask = *(uint*)(queues + parameters.RequestMask);
        completionHead = (uint*)(queues + parameters.CompletionHead);
        completionTail = (uint*)(queues + parameters.CompletionTail);
        completionMask = *(uint*)(queues + parameters.CompletionMask);
        completions = (Completion*)(queues + parameters.Completions);
        var order = (uint*)(queues + parameters.RequestArray);
        for (uint i = 0; i < parameters.RequestEntries; i++)
            order[i] = i;
    }

    /// <summary>Makes this thread the only one that submits.</summary>
    public void Enable()
    {
        if (Libc.SystemCall(SystemRegister, handle, RegisterEnableRings, 0, 0, 0, 0) < 0)
            throw Unusable(Libc.LastError);
    }

    public void RegisterBuffers(byte* ring, int entries, ushort group)
    {
        var registration = stackalloc ulong[5] { (ulong)ring, (uint)entries | ((ulong)group << 32), 0, 0, 0 };
        if (Libc.SystemCall(SystemRegister, handle, RegisterBufferRing, (nint)registration, 1, 0, 0) < 0)
            throw Unusable(Libc.LastError);
    }

    /// <summary>A cleared request; it goes to the kernel with the next <see cref="Enter"/>.</summary>
    public Request* Next()
    {
        if (written - Volatile.Read(ref *requestHead) >= Entries)
            Enter(wait: false, milliseconds: 0);
        var request = &requests[written++ & requestMask];
        *request = default;
        return request;
    }

    /// <summary>Submits everything and, with <paramref name="wait"/>, waits for a completion (-1 milliseconds: without end).</summary>
    public void Enter(bool wait, int milliseconds)
    {
        Volatile.Write(ref *completionHead, read);
        Volatile.Write(ref *requestTail, written);
        var limit = stackalloc long[2] { milliseconds / 1000, milliseconds % 1000 * 1_000_000L };
        var argument = stackalloc ulong[3] { 0, 0, milliseconds < 0 ? 0 : (ulong)limit };
        var flags = EnterGetEvents | EnterExtendedArgument;
        var result = Libc.SystemCall(SystemEnter, handle, (nint)(written - submitted), wait ? 1 : 0, (nint)flags, (nint)argument, 24);
        if (result >= 0)
        {
            submitted += (uint)result;
            return;
        }

        var error = Libc.LastError;
        submitted = Volatile.Read(ref *requestHead);
        if (error is not (Errno.Interrupted or Errno.TimerExpired or Errno.WouldBlock or Errno.DeviceBusy))
            throw new IOException($"io_uring_enter failed: {Errno.Describe(error)}.");
    }

    /// <summary>The next completion, if there is one.</summary>
    public bool TryTake(out Completion completion)
    {
        if (read == Volatile.Read(ref *completionTail))
        {
            completion = default;
            return false;
        }

        completion = completions[read++ & completionMask];
        return true;
    }

    public void Dispose()
    {
        _ = Libc.UnmapMemory(queues, queuesSize);
        _ = Libc.UnmapMemory(requests, requestsSize);
        _ = Libc.Close(handle);
    }

    private byte* Map(nint size, nint offset)
    {
        const int ReadWrite = 3;
        const int SharedPopulated = 0x8001;
        var memory = Libc.MapMemory(null, size, ReadWrite, SharedPopulated, handle, offset);
        if (memory == (byte*)-1)
        {
            var error = Libc.LastError;
            _ = Libc.Close(handle);
            throw Unusable(error);
        }

        return memory;
    }

    private static PlatformNotSupportedException Unusable(int error) => new(error switch
    {
        Errno.NoSystemCall => "this kernel has no io_uring",
        Errno.NotPermitted or Errno.AccessDenied => "io_uring is forbidden here (a seccomp profile, or the setting kernel.io_uring_disabled)",
        Errno.InvalidArgument => "this kernel's io_uring is too old: it needs Linux 6.1",
        Errno.OutOfMemory => "io_uring may not lock the memory it needs (ulimit -l)",
        Errno.TooManyFiles or Errno.TooManyFilesInSystem => "no file descriptors are left (ulimit -n)",
        _ => $"io_uring does not work here: {Errno.Describe(error)}",
    });

    /// <summary>struct io_uring_sqe.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Request
    {
        public byte Operation;
        public byte Flags;
        public ushort Priority;
        public int Handle;
        public ulong Offset;
        public ulong Address;
        public uint Length;
        public uint OperationFlags;
        public ulong UserData;
        public ushort BufferGroup;
    }

    /// <summary>struct io_uring_cqe.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Completion
    {
        public ulong UserData;
        public int Result;
        public uint Flags;
    }

    /// <summary>struct io_uring_params.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    private struct Parameters
    {
        [FieldOffset(0)]
        public uint RequestEntries;
        [FieldOffset(4)]
        public uint CompletionEntries;
        [FieldOffset(8)]
        public uint Flags;
        [FieldOffset(40)]
        public uint RequestHead;
        [FieldOffset(44)]
        public uint RequestTail;
        [FieldOffset(48)]
        public uint RequestMask;
        [FieldOffset(64)]
        public uint RequestArray;
        [FieldOffset(80)]
        public uint CompletionHead;
        [FieldOffset(84)]
        public uint CompletionTail;
        [FieldOffset(88)]
        public uint CompletionMask;
        [FieldOffset(100)]
        public uint Completions;
    }
}
