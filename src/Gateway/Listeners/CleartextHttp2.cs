using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Listeners;

/// <summary>
/// HTTP/2 without TLS by prior knowledge (RFC 9113, 3.3) on the port that also speaks HTTP/1.1. Kestrel wants a port for each, so a connection
/// whose first bytes are the HTTP/2 preface is handed over to a second endpoint that exists inside the process only.
/// </summary>
internal sealed class CleartextHttp2 : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly TimeProvider time;
    private readonly TimeSpan firstBytes;
    private readonly Listener listener = new();

    /// <param name="firstBytes">How long a connection may stay without sending anything.</param>
    public CleartextHttp2(TimeProvider time, TimeSpan firstBytes)
    {
        this.time = time;
        this.firstBytes = firstBytes;
    }

    /// <summary>The endpoint that Kestrel listens on for the connections handed over.</summary>
    public EndPoint EndPoint => listener.EndPoint;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public bool CanBind(EndPoint endpoint) => ReferenceEquals(endpoint, EndPoint);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(listener);

    /// <summary>Looks at the first bytes of a connection and sends it one way or the other.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate http1)
    {
        if (await StartsWithPrefaceAsync(connection) is not { } isHttp2) return;
        if (!isHttp2)
        {
            await http1(connection);
            return;
        }

        var handedOver = new HandedOver(connection);
        if (listener.TryAdd(handedOver)) await handedOver.Ended;
    }

    /// <summary>Null when the connection ended, or sent nothing in time.</summary>
    private async ValueTask<bool?> StartsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var deadline = new CancellationTokenSource(firstBytes, time);

        // The server may end before a client has said anything: it is not waited for.
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        await using var watch = closing.UnsafeRegister(static deadline => ((CancellationTokenSource)deadline!).Cancel(), deadline);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(deadline.Token);
                var seen = result.Buffer;
                if (Matches(seen) is { } matches)
                {
                    input.AdvanceTo(seen.Start);
                    return matches;
                }

                if (result.IsCompleted) return null;
                input.AdvanceTo(seen.Start, seen.End);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return null;
        }
    }

    /// <summary>Null while the bytes so far could become either.</summary>
    private static bool? Matches(in ReadOnlySequence<byte> seen)
    {
        Span<byte> head = stackalloc byte[24];
        var length = (int)Math.Min(seen.Length, head.Length);
        seen.Slice(0, length).CopyTo(head);
        if (!head[..length].SequenceEqual(Preface[..length])) return false;
        return length == Preface.Length ? true : null;
    }

    private sealed class Listener : IConnectionListener
    {
        private readonly Channel<ConnectionContext> connections = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint { get; } = new InProcess();

        public bool TryAdd(ConnectionContext connection) => connections.Writer.TryWrite(connection);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await connections.Reader.WaitToReadAsync(cancellationToken) && connections.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            connections.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class InProcess : EndPoint
    {
        public override string ToString() => "h2c";
    }

    /// <summary>The same connection with features of its own; disposing of it gives it back to the endpoint that accepted it.</summary>
    private sealed class HandedOver(ConnectionContext inner) : ConnectionContext
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => ended.Task;

        public override IDuplexPipe Transport { get; set; } = inner.Transport;

        public override string ConnectionId { get; set; } = inner.ConnectionId;

        public override IFeatureCollection Features { get; } = new FeatureCollection(inner.Features);

        public override IDictionary<object, object?> Items { get; set; } = inner.Items;

        public override CancellationToken ConnectionClosed { get; set; } = inner.ConnectionClosed;

        public override EndPoint? LocalEndPoint { get; set; } = inner.LocalEndPoint;

        public override EndPoint? RemoteEndPoint { get; set; } = inner.RemoteEndPoint;

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            return default;
        }
    }
}
