using System.Net;

namespace Sluice.Gateway.Transport;

/// <summary>
/// One connection to an upstream. Used by one exchange at a time and, when it belongs to a loop, only on that loop's thread.
/// Operations complete synchronously whenever the kernel has the answer at hand and allocate nothing.
/// One receive and one send may be under way at the same time.
/// </summary>
public abstract class UpstreamSocket : IDisposable
{
    /// <summary>The loop it belongs to; null with <see cref="TransportKind.Sockets"/>.</summary>
    public abstract EventLoop? Loop { get; }

    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>True while the peer has neither closed nor sent anything unasked; asked before an idle connection is used again.</summary>
    public abstract bool IsIdleAndOpen { get; }

    /// <summary>Receives at least one byte into <paramref name="buffer"/>; 0 is the orderly end of the stream.</summary>
    /// <param name="timeout">Per call; <see cref="Timeout.InfiniteTimeSpan"/> for none. Coarse: fires within about 100 ms after.</param>
    /// <exception cref="UpstreamSocketException">TimedOut, Reset, Closed (disposed meanwhile) or Other.</exception>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout);

    /// <summary>Sends all of <paramref name="buffer"/>. <paramref name="timeout"/> bounds the time without progress.</summary>
    /// <exception cref="UpstreamSocketException">TimedOut, Reset, Closed or Other.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> buffer, TimeSpan timeout);

    /// <summary>Sends FIN; receiving goes on.</summary>
    public abstract void ShutdownSend();

    /// <summary>Closes at once; operations under way fail with <see cref="SocketFailure.Closed"/>. Safe from any thread, more than once.</summary>
    public abstract void Dispose();
}
