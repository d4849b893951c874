using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Transport.Sockets;

/// <summary>The framework's own transport: runs on every system, without loops.</summary>
internal sealed class SocketsTransport(ILoggerFactory logs) : Transport
{
    public override TransportKind Kind => TransportKind.Sockets;

    public override IReadOnlyList<EventLoop> Loops => [];

    public override IConnectionListenerFactory Listeners { get; } = new SocketsListenerFactory(logs);

    public override ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout) =>
        FrameworkUpstreamSocket.ConnectAsync(endPoint, timeout);

    public override ValueTask DisposeAsync() => default;
}
