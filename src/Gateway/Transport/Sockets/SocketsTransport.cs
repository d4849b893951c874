using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sluice.Gateway.Transport.Sockets;

/// <summary>The framework's own transport: runs on every system, without loops.</summary>
internal sealed class SocketsTransport(ILoggerFactory logs) : Transport
{
    public override TransportKind Kind => TransportKind.Sockets;

    public override IReadOnlyList<EventLoop> Loops => [];

    // Inline: without it each read costs a change of threads, which is most of what the framework's transport is slower by.
    public override IConnectionListenerFactory Listeners { get; } =
        new SocketTransportFactory(Options.Create(new SocketTransportOptions { UnsafePreferInlineScheduling = true }), logs);

    public override ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout) =>
        FrameworkUpstreamSocket.ConnectAsync(endPoint, timeout);

    public override ValueTask DisposeAsync() => default;
}
