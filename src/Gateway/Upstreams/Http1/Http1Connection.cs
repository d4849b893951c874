using System.Buffers;
using System.Net.Security;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// One HTTP/1.1 connection to an endpoint, plain or through TLS, with the buffer that request heads are written into and answers are read from.
/// Used by one exchange at a time.
/// </summary>
internal sealed class Http1Connection : IDisposable
{
    /// <summary>Holds a usual head, and a small answer whole.</summary>
    private const int UsualBuffer = 8 * 1024;

    /// <summary>For streams: relaying in small pieces makes big answers several times dearer.</summary>
    private const int StreamBuffer = 32 * 1024;

    private readonly UpstreamSocket socket;
    private readonly SslStream? tls;
    private readonly SocketStream? tlsTransport;
    private CancellationTokenRegistration clientWatch;
    private int aborted;

    public Http1Connection(UpstreamSocket socket, ConnectionKey key, SslStream? tls = null, SocketStream? tlsTransport = null)
    {
        this.socket = socket;
        this.tls = tls;
        this.tlsTransport = tlsTransport;
        Key = key;
        Body = new ResponseBody(this);
    }

    public ConnectionKey Key { get; }

    /// <summary>The loop that it lives on; null without loops.</summary>
    public EventLoop? Loop => socket.Loop;

    public ResponseHead Head { get; } = new();

    public ResponseBody Body { get; }

    /// <summary>What has been received and not used lies in <c>[Start, End)</c>.</summary>
    public byte[] Buffer { get; private set; } = ArrayPool<byte>.Shared.Rent(UsualBuffer);

    public int Start { get; set; }

    public int End { get; private set; }

    public ReadOnlySpan<byte> Received => Buffer.AsSpan(Start, End - Start);

    /// <summary>How many requests it has carried before this one.</summary>
    public int Requests { get; set; }

    /// <summary>When it was opened, in ticks of the pool's clock; where its lifetime is limited.</summary>
    public long OpenedAt { get; init; }

    /// <summary>When it became idle, in ticks of the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Some byte of the answer has arrived.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The last receive filled all the room there was: more is likely waiting.</summary>
    public bool LastReceiveWasFull { get; private set; }

    /// <summary>The client went away while this waited for the upstream.</summary>
    public bool ClientIsGone { get; private set; }

    /// <summary>The exchange that it works for; null while idle, and for a call that belongs to none.</summary>
    public Exchange? Exchange { get; private set; }

    /// <summary>The pool's turn in which the exchange began; after a whole turn the client is watched.</summary>
    public int StartedTurn { get; private set; }

    public Http1Connection? NextInUse { get; set; }

    public Http1Connection? PreviousInUse { get; set; }

    public bool IsIdleAndOpen => Volatile.Read(ref aborted) == 0 && socket.IsIdleAndOpen;

    /// <summary>Begins to work for <paramref name="exchange"/>, or for a call that belongs to none.</summary>
    public void Begin(Exchange? exchange, int turn)
    {
        Exchange = exchange;
        StartedTurn = turn;
        Start = End = 0;
        HasAnswered = false;
        LastReceiveWasFull = false;
        Head.Reset();
    }

    /// <summary>Ends the work for its exchange.</summary>
    public void Finish()
    {
        clientWatch.Dispose();
        clientWatch = default;
        Exchange = null;
        Requests++;
        if (Buffer.Length <= UsualBuffer * 2) return;
        ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = ArrayPool<byte>.Shared.Rent(UsualBuffer);
    }

    /// <summary>Closes the connection as soon as the client goes away. Asked for late, because the registration costs allocations.</summary>
    public void WatchClient()
    {
        if (Exchange is null || clientWatch != default) return;
        clientWatch = Exchange.Http.RequestAborted.UnsafeRegister(
            static self =>
            {
                var connection = (Http1Connection)self!;
                connection.ClientIsGone = true;
                connection.Abort();
            },
            this);
    }

    /// <summary>Writes the head of the exchange's request, with a small body behind it where that is at hand.</summary>
    /// <returns>The bytes to send first.</returns>
    public ReadOnlyMemory<byte> WriteHead(Exchange exchange, string host, in RequestBody body, WebSocketHandshake? handshake, out bool bodyIncluded)
    {
        var writer = new RequestHeadWriter(Buffer);
        writer.Write(exchange, host, body.Framing, body.Length, handshake);
        bodyIncluded = body.IsBuffered && body.Length + writer.Length <= UsualBuffer * 2;
        if (bodyIncluded)
            foreach (var piece in body.Buffered)
                writer.Append(piece.Span);
        Buffer = writer.Bytes;
        return Buffer.AsMemory(0, writer.Length);
    }

    /// <summary>Sends all of <paramref name="bytes"/>.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout)
    {
        return tls is null ? socket.SendAsync(bytes, timeout) : SendOverTlsAsync(bytes, timeout);
    }

    /// <summary>Receives into memory of the caller's.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> room, TimeSpan timeout)
    {
        return tls is null ? socket.ReceiveAsync(room, timeout) : ReceiveOverTlsAsync(room, timeout);
    }

    /// <summary>Receives behind what is in the buffer already. Tell <see cref="Took"/> how much came.</summary>
    public ValueTask<int> ReceiveAsync(TimeSpan timeout)
    {
        if (End == Buffer.Length) Grow(Buffer.Length * 2);
        return ReceiveAsync(Buffer.AsMemory(End), timeout);
    }

    /// <summary>Makes what was received part of <see cref="Received"/>.</summary>
    public void Took(int count)
    {
        HasAnswered = true;
        LastReceiveWasFull = count == Buffer.Length - End;
        End += count;
    }

    /// <summary>Makes room for a stream: the buffer is empty and becomes large.</summary>
    public void ClearForStream()
    {
        Start = End = 0;
        if (Buffer.Length < StreamBuffer) Grow(StreamBuffer);
    }

    /// <summary>Drops an interim answer and keeps what came behind it.</summary>
    public void DropHead()
    {
        var rest = End - Head.Length;
        Buffer.AsSpan(Head.Length, rest).CopyTo(Buffer);
        Start = 0;
        End = rest;
        Head.Reset();
    }

    /// <summary>Await it before using the connection after having waited for anything else.</summary>
    public LoopReturn ReturnToLoop() => new(socket.Loop);

    public void ShutdownSend()
    {
        if (tls is null) socket.ShutdownSend();
    }

    /// <summary>Cuts the connection; whoever sends or receives over it fails. Safe from any thread.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref aborted, 1) == 0) socket.Dispose();
    }

    /// <summary>Closes the connection and gives back what it holds. For its owner, once, when nobody works with it any more.</summary>
    public void Dispose()
    {
        Abort();
        tls?.Dispose();
        ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = [];
    }

    /// <summary>What TLS throws becomes what a plain socket would have thrown.</summary>
    private static UpstreamSocketException Failure(Exception e) =>
        e as UpstreamSocketException ?? e.InnerException as UpstreamSocketException
        ?? new UpstreamSocketException(e is ObjectDisposedException ? SocketFailure.Closed : SocketFailure.Other, "The TLS stream broke.", e);

    private async ValueTask SendOverTlsAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout)
    {
        try
        {
            tlsTransport!.WriteLimit = timeout;
            await tls!.WriteAsync(bytes);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failure(e);
        }
    }

    private async ValueTask<int> ReceiveOverTlsAsync(Memory<byte> room, TimeSpan timeout)
    {
        try
        {
            tlsTransport!.ReadLimit = timeout;
            return await tls!.ReadAsync(room);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failure(e);
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        Buffer.AsSpan(0, End).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = larger;
    }
}

/// <summary>What idle connections are kept under: only an exchange that wants exactly this may use one.</summary>
/// <param name="Endpoint">The endpoint's key.</param>
/// <param name="ServerName">The name that the TLS handshake asked for; null without TLS.</param>
internal readonly record struct ConnectionKey(string Endpoint, string? ServerName);
