using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Sluice.Gateway.Transport;

/// <summary>Which system interface moves the bytes. <see cref="Auto"/> takes the first that works here: io_uring, epoll, sockets.</summary>
public enum TransportKind { Auto, IoUring, Epoll, Sockets }

/// <summary>
/// Moves bytes for both sides of the proxy: it is the listener that Kestrel runs on, and it opens the connections to upstreams.
/// With <see cref="TransportKind.IoUring"/> and <see cref="TransportKind.Epoll"/> both sides live on the same <see cref="EventLoop"/>,
/// so that a proxied request never changes threads; <see cref="TransportKind.Sockets"/> is the framework's own and has no loops.
/// </summary>
public abstract class Transport : IAsyncDisposable
{
    /// <summary>The kind that was chosen; never <see cref="TransportKind.Auto"/>.</summary>
    public abstract TransportKind Kind { get; }

    /// <summary>The loops, one per core by default; empty for <see cref="TransportKind.Sockets"/>.</summary>
    public abstract IReadOnlyList<EventLoop> Loops { get; }

    /// <summary>What Kestrel listens with. Each bound address gets one SO_REUSEPORT socket per loop.</summary>
    public abstract IConnectionListenerFactory Listeners { get; }

    /// <summary>
    /// Opens a TCP connection (TCP_NODELAY) that belongs to <see cref="EventLoop.Current"/>, or to no loop when the caller is on none.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>; names are resolved before.</param>
    /// <param name="timeout">How long the handshake may take.</param>
    /// <exception cref="UpstreamSocketException">Refused, unreachable or timed out; <see cref="UpstreamSocketException.Failure"/> tells.</exception>
    public abstract ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout);

    public abstract ValueTask DisposeAsync();
}

/// <summary>How an operation on an <see cref="UpstreamSocket"/> ended badly.</summary>
public enum SocketFailure { Refused, Unreachable, TimedOut, Reset, Closed, Other }

/// <summary>A connect, send or receive that failed. Thrown only when something failed, never for an orderly end of stream.</summary>
public sealed class UpstreamSocketException(SocketFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    public SocketFailure Failure { get; } = failure;
}
