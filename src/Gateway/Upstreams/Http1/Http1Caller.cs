using System.Net;
using System.Runtime.CompilerServices;
using Sluice.Foundation.Http;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Calls that belong to no exchange, over the connections and the parser of the proxy: a call goes to a loop, is sent and answered there, and comes back to the thread pool
/// with the whole answer.
/// </summary>
/// <param name="lookup">Asked for each new connection: the addresses that it checked are the ones that are connected to.</param>
public sealed class Http1Caller(Transport.Transport transport, AddressLookup lookup, TimeProvider time) : PlainHttpClient
{
    private const int MostHead = 64 * 1024;
    private const int MostInterimAnswers = 16;

    /// <summary>What is believed of a length before the bytes are there.</summary>
    private const int MostAhead = 1 << 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // Names are looked up anew for new connections only, so that none may live for ever.
    private readonly ConnectionPool pool = new(new KeepAliveSettings(Size: 64, MaxRequests: 0, TimeSpan.FromMinutes(1)) { Lifetime = TimeSpan.FromMinutes(5) }, transport.Loops, time);

    public override async ValueTask<PlainHttpAnswer> SendAsync(PlainHttpRequest request, CancellationToken cancel)
    {
        if (transport.Loops.Count == 0) return await SendHereAsync(request, null, cancel);

        // What one thread sends one after the other shares a loop, and with it the turn that sends.
        var loop = transport.Loops[Thread.GetCurrentProcessorId() % transport.Loops.Count];
        await loop.SwitchTo();
        try
        {
            return await SendHereAsync(request, loop, cancel);
        }
        finally
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    public override void Dispose() => pool.Dispose();

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<PlainHttpAnswer> SendHereAsync(PlainHttpRequest request, EventLoop? loop, CancellationToken cancel)
    {
        var kept = pool.Take(new ConnectionKey(request.Authority, null), loop);
        if (kept is not null && await TryAsync(request, kept, loop, isFresh: false, cancel) is { } answer) return answer;
        return (await TryAsync(request, await ConnectAsync(request, loop, cancel), loop, isFresh: true, cancel))!;
    }

    /// <returns>Null when the connection had been closed while it was idle, and the request may be sent again.</returns>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<PlainHttpAnswer?> TryAsync(PlainHttpRequest request, Http1Connection connection, EventLoop? loop, bool isFresh, CancellationToken cancel)
    {
        var reusable = false;
        pool.Begin(connection, null, loop);
        var cancelling = cancel.UnsafeRegister(static connection => ((Http1Connection)connection!).Abort(), connection);
        try
        {
            await connection.SendAsync(request.Bytes, Timeout.InfiniteTimeSpan);
            var head = await ReadHeadAsync(connection);
            var fields = connection.Buffer.AsSpan(0, head.Length).ToArray();
            connection.Body.Begin(head, request.IsHead);
            connection.Start = head.Length;
            var body = await ReadBodyAsync(connection, request.MaximumAnswer);
            reusable = head.KeepsAlive && connection.Received.IsEmpty && connection.Body.Framing != ResponseFraming.UntilClose
                && (head.Status != 204 || head is { IsChunked: false, ContentLength: null or 0 });
            return new PlainHttpAnswer(head.Status, fields, body);
        }
        catch (UpstreamSocketException e)
        {
            cancel.ThrowIfCancellationRequested();
            if (!isFresh && !connection.HasAnswered && request.MayRepeat) return null;
            if (!connection.HasAnswered) throw new HttpRequestException(HttpRequestError.ResponseEnded, e.Message, e);
            throw;
        }
        finally
        {
            // Waits for a cancellation that is just closing it.
            cancelling.Dispose();
            await new LoopReturn(loop);
            pool.End(connection, loop, reusable);
        }
    }

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<Http1Connection> ConnectAsync(PlainHttpRequest request, EventLoop? loop, CancellationToken cancel)
    {
        var addresses = await lookup(request.Host, cancel);
        await new LoopReturn(loop);
        UpstreamSocketException? failure = null;
        var begun = time.GetTimestamp();
        foreach (var address in addresses)
        {
            cancel.ThrowIfCancellationRequested();
            var left = ConnectTimeout - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero) break;
            try
            {
                var socket = await OrCancelledAsync(transport.ConnectAsync(new IPEndPoint(address, request.Port), left), cancel);
                await new LoopReturn(loop);
                return new Http1Connection(socket, new ConnectionKey(request.Authority, null)) { OpenedAt = time.GetTimestamp() };
            }
            catch (UpstreamSocketException e)
            {
                failure = e;
                await new LoopReturn(loop);
            }
        }

        throw new HttpRequestException(HttpRequestError.ConnectionError, failure?.Message ?? $"Cannot connect to {request.Authority}: timed out.", failure);
    }

    /// <summary>Who is cancelled waits for no handshake; a connection that comes all the same is closed.</summary>
    private static async ValueTask<UpstreamSocket> OrCancelledAsync(ValueTask<UpstreamSocket> connecting, CancellationToken cancel)
    {
        if (connecting.IsCompleted) return await connecting;
        var task = connecting.AsTask();
        try
        {
            return await task.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(task);
            throw;
        }
    }

    private static async Task CloseAsync(Task<UpstreamSocket> late)
    {
        try
        {
            (await late).Dispose();
        }
        catch (UpstreamSocketException)
        {
            // It did not come.
        }
    }

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private static async ValueTask<ResponseHead> ReadHeadAsync(Http1Connection connection)
    {
        var head = connection.Head;
        for (var interim = 0; ;)
        {
            var state = connection.End == 0 ? ParseState.Incomplete : head.Parse(connection.Received, MostHead);
            if (state == ParseState.Invalid) throw NotHttp(head.Problem!);
            if (state == ParseState.Incomplete)
            {
                if (await connection.ReceiveAsync(Timeout.InfiniteTimeSpan) is not (> 0 and var received)) throw Closed("before its answer");
                connection.Took(received);
                continue;
            }

            if (head.Status >= 200) return head;
            if (head.Status == 101) throw NotHttp("it switches protocols unasked");
            if (++interim > MostInterimAnswers) throw NotHttp("too many interim answers");
            connection.DropHead();
        }
    }

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private static async ValueTask<byte[]> ReadBodyAsync(Http1Connection connection, int limit)
    {
        var body = connection.Body;
        if (body.Left > limit) throw TooLong(limit);
        var bytes = body.Left > 0 ? new byte[Math.Min(body.Left, MostAhead)] : [];
        var length = 0;
        while (true)
        {
            switch (body.TryTake(out var piece))
            {
                case BodyPiece.Data:
                    if (piece.Length > limit - length) throw TooLong(limit);
                    if (piece.Length > bytes.Length - length) Array.Resize(ref bytes, (int)Math.Min(limit, Math.Max(length + (long)piece.Length, bytes.Length * 2L)));
                    piece.CopyTo(bytes.AsSpan(length));
                    length += piece.Length;
                    break;
                case BodyPiece.NeedsMore:
                    connection.ClearForStream();
                    var received = await connection.ReceiveAsync(Timeout.InfiniteTimeSpan);
                    if (received > 0) connection.Took(received);
                    else if (!body.EndOfStream()) throw Closed("before the answer's end");
                    break;
                case BodyPiece.Invalid:
                    throw NotHttp("its chunks are not well formed");
                default:
                    if (length < bytes.Length) Array.Resize(ref bytes, length);
                    return bytes;
            }
        }
    }

    private static HttpRequestException NotHttp(string problem) => new(HttpRequestError.InvalidResponse, problem);

    private static HttpRequestException TooLong(int limit) => new(HttpRequestError.ConfigurationLimitExceeded, $"the answer is longer than {limit} bytes");

    private static UpstreamSocketException Closed(string when) => new(SocketFailure.Reset, $"the connection was closed {when}");
}
