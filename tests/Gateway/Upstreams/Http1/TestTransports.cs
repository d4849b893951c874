using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Tests.Upstreams.Http1;

internal static class TestTransports
{
    public static Transport.Transport Default() => new PlainTransport();

    private sealed class PlainTransport : Transport.Transport
    {
        public override TransportKind Kind => TransportKind.Sockets;

        public override IReadOnlyList<EventLoop> Loops => [];

        public override IConnectionListenerFactory Listeners { get; } =
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);

        public override async ValueTask<UpstreamSocket> ConnectAsync(EndPoint endPoint, TimeSpan timeout)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var limit = new CancellationTokenSource(timeout);
            try
            {
                await socket.ConnectAsync(endPoint, limit.Token);
                return new PlainSocket(socket);
            }
            catch (Exception e)
            {
                socket.Dispose();
                throw new UpstreamSocketException(e is OperationCanceledException ? SocketFailure.TimedOut : SocketFailure.Refused, e.Message);
            }
        }

        public override ValueTask DisposeAsync() => default;
    }

    private sealed class PlainSocket(Socket socket) : UpstreamSocket
    {
        public override EventLoop? Loop => null;

        public override EndPoint RemoteEndPoint => socket.RemoteEndPoint!;

        public override bool IsIdleAndOpen => !socket.Poll(0, SelectMode.SelectRead);

        public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, TimeSpan timeout)
        {
            using var limit = new CancellationTokenSource(timeout);
            try
            {
                return await socket.ReceiveAsync(buffer, limit.Token);
            }
            catch (Exception e)
            {
                throw new UpstreamSocketException(e is OperationCanceledException ? SocketFailure.TimedOut : SocketFailure.Reset, e.Message);
            }
        }

        public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, TimeSpan timeout)
        {
            using var limit = new CancellationTokenSource(timeout);
            try
            {
                while (!buffer.IsEmpty) buffer = buffer[await socket.SendAsync(buffer, limit.Token)..];
            }
            catch (Exception e)
            {
                throw new UpstreamSocketException(e is OperationCanceledException ? SocketFailure.TimedOut : SocketFailure.Reset, e.Message);
            }
        }

        public override void ShutdownSend() => socket.Shutdown(SocketShutdown.Send);

        public override void Dispose() => socket.Dispose();
    }
}
