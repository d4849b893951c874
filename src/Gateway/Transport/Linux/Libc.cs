using System.Runtime.InteropServices;

namespace Sluice.Gateway.Transport.Linux;

/// <summary>The system calls that the loops use. All arguments are blittable, so that each call is a plain P/Invoke.</summary>
internal static unsafe partial class Libc
{
    public const int AddressFamilyUnix = 1;
    public const int AddressFamilyInet = 2;
    public const int AddressFamilyInet6 = 10;
    public const int StreamNonBlocking = 1 | 0x800 | 0x80000; // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    public const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    public const int LevelSocket = 1;
    public const int LevelTcp = 6;
    public const int LevelIPv6 = 41;
    public const int ReuseAddress = 2;
    public const int SocketError = 4;
    public const int Linger = 13;
    public const int ReusePort = 15;
    public const int TcpNoDelay = 1;
    public const int IPv6Only = 26;
    public const int MessagePeek = 0x2;
    public const int MessageDontWait = 0x40;
    public const int MessageWaitAll = 0x100;
    public const int MessageNoSignal = 0x4000;
    public const int MessageMore = 0x8000;
    public const int ShutdownWrite = 1;
    public const int ShutdownBoth = 2;

    /// <summary>The reason of the call that has just failed on this thread; read before anything else is called.</summary>
    public static int LastError => Marshal.GetLastSystemError();

    [LibraryImport("libc", EntryPoint = "socket")]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind")]
    public static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen")]
    public static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "connect")]
    public static partial int Connect(int socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4")]
    public static partial int Accept4(int socket, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    public static partial int GetSocketName(int socket, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername")]
    public static partial int GetPeerName(int socket, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    public static partial int SetSocketOption(int socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    public static partial int GetSocketOption(int socket, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "recv")]
    public static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    public static partial int Shutdown(int socket, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    public static partial int InputOutputControl(int handle, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    public static partial int GetResourceLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "dup")]
    public static partial int Duplicate(int handle);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int handle, void* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    public static partial int EpollControl(int epoll, int operation, int handle, void* settings);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, void* events, int capacity, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "mmap")]
    public static partial byte* MapMemory(void* address, nint length, int protection, int flags, int handle, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int UnmapMemory(void* address, nint length);

    [LibraryImport("libc", EntryPoint = "syscall")]
    public static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);
}
