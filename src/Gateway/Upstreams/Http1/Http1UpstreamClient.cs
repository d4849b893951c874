using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Forwards exchanges over HTTP/1.1, on the loop of the client's connection: head and small body in one send, the answer's head parsed where it was
/// received, its body moved straight into the client's output.
/// </summary>
internal sealed class Http1UpstreamClient(ForwardingSettings settings, ConnectionPool pool, Connector connector) : UpstreamClient
{
    /// <summary>An upstream that sends only interim answers is not listened to for ever.</summary>
    private const int MostInterimAnswers = 16;

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    public override async ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint)
    {
        var loop = exchange.Loop;
        if (loop is not null && !ReferenceEquals(EventLoop.Current, loop)) await loop.SwitchTo();
        var handshake = WebSocketHandshake.Of(exchange);
        var body = handshake is null ? RequestBody.Of(exchange) : default;
        if (body.IsAwaited) body = await RequestBody.BufferAsync(body);

        var host = exchange.Upstream.Host ?? endpoint.HostHeader;
        var key = connector.KeyFor(endpoint, host);
        var connection = pool.Take(key, loop);
        while (true)
        {
            var isFresh = connection is null;
            if (connection is null)
            {
                var opened = await connector.OpenAsync(endpoint, key);
                if (opened.Failure is not null)
                {
                    body.Release(sent: false);
                    return opened.Result;
                }

                connection = opened.Connection!;
            }

            pool.Begin(connection, exchange, loop);
            var result = await SendAndRelayAsync(exchange, connection, host, body, handshake);

            // The upstream closed an idle connection just when it was chosen: that is nobody's failure, and one more try is free where repeating is safe.
            if (isFresh || !result.IsStale || !IsIdempotent(exchange.Upstream.Method) || result.Result.BodyConsumed) return result.Result;
            connection = null;
            body = handshake is null ? RequestBody.Of(exchange) : default;
            if (body.IsAwaited) body = await RequestBody.BufferAsync(body);
        }
    }

    private static bool IsIdempotent(string method) => method is not ("POST" or "PATCH" or "LOCK");

    /// <summary>One request and its answer over <paramref name="connection"/>, which is given back to the pool or closed at the end.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<ConnectionTry> SendAndRelayAsync(
        Exchange exchange, Http1Connection connection, string host, RequestBody body, WebSocketHandshake? handshake)
    {
        RequestUpload? upload = null;
        var reusable = false;
        var bodyHeld = body.IsBuffered;
        try
        {
            var first = connection.WriteHead(exchange, host, body, handshake, out var bodyIncluded);
            await connection.SendAsync(first, settings.WriteTimeout);
            if (body.IsBuffered && !bodyIncluded)
                foreach (var piece in body.Buffered)
                    await connection.SendAsync(piece, settings.WriteTimeout);
            if (body.IsBuffered) exchange.Timings.RequestBytes = body.Length;
            exchange.Timings.UpstreamSent = Stopwatch.GetTimestamp();
            if (body.IsStreaming) upload = RequestUpload.Start(exchange, connection, body.Framing, settings.WriteTimeout);

            var interim = 0;
            while (true)
            {
                var state = connection.End == 0 ? ParseState.Incomplete : connection.Head.Parse(connection.Received, settings.MaxResponseHead);
                if (state == ParseState.Incomplete)
                {
                    int received;
                    try
                    {
                        received = await connection.ReceiveAsync(settings.ReadTimeout);
                    }
                    catch (UpstreamSocketException e) when (e.Failure == SocketFailure.TimedOut && upload is { IsRunning: true })
                    {
                        // The answer is only due once the request has been sent.
                        continue;
                    }

                    if (received == 0) return Failed(exchange, connection, upload, SocketFailure.Reset);
                    connection.Took(received);
                    continue;
                }

                if (state == ParseState.Invalid) return NotHttp(upload);
                if (connection.Head.Status >= 200) break;
                if (connection.Head.Status == StatusCodes.Status101SwitchingProtocols)
                {
                    if (handshake?.IsAcceptedBy(connection.Head, connection.Buffer) != true) return NotHttp(upload);
                    return new() { Result = await WebSocketRelay.RunAsync(exchange, connection, handshake, settings) };
                }

                if (++interim > MostInterimAnswers) return NotHttp(upload);
                connection.DropHead();
            }

            exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
            if (bodyHeld)
            {
                body.Release(sent: true);
                bodyHeld = false;
            }

            var answer = connection.Body;
            answer.Begin(connection.Head, HttpMethods.IsHead(exchange.Upstream.Method));
            connection.Start = connection.Head.Length;
            ResponseHeadCopy.ToClient(exchange, connection);
            exchange.RunUpstreamAnswered();
            exchange.RunRespond();

            var end = ResponseRelay.TryRelayAtOnce(exchange, connection) ? RelayEnd.Complete : await ResponseRelay.RunAsync(exchange, connection, settings);
            exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
            if (end != RelayEnd.Complete)
            {
                exchange.Http.Abort();
                return new() { Result = new() { Outcome = end == RelayEnd.ClientGone ? TryOutcome.ClientGone : TryOutcome.Broken, Status = connection.Head.Status } };
            }

            // Bytes behind the answer's end were not asked for: what follows on this connection could not be trusted.
            reusable = connection.Head.KeepsAlive && connection.Received.IsEmpty && answer.Framing != ResponseFraming.UntilClose
                && (connection.Head.Status != 204 || connection.Head is { IsChunked: false, ContentLength: null or 0 })
                && (upload is null || upload.IsComplete);
            return new() { Result = new() { Outcome = TryOutcome.Answered, Status = connection.Head.Status } };
        }
        catch (UpstreamSocketException e)
        {
            return Failed(exchange, connection, upload, e.Failure);
        }
        finally
        {
            if (upload is not null) await upload.StopAsync();
            if (bodyHeld) body.Release(sent: false);
            pool.End(connection, exchange.Loop, reusable);
        }
    }

    /// <summary>The connection broke before an answer, or timed out.</summary>
    private static ConnectionTry Failed(Exchange exchange, Http1Connection connection, RequestUpload? upload, SocketFailure failure)
    {
        if (upload?.ClientFailure is { } clientFailure && !exchange.Response.HasStarted) throw clientFailure;
        if (connection.ClientIsGone || upload?.ClientFailure is not null)
        {
            exchange.Http.Abort();
            return new() { Result = new() { Outcome = TryOutcome.ClientGone } };
        }

        var timedOut = failure == SocketFailure.TimedOut;
        return new()
        {
            IsStale = connection.Requests > 0 && !connection.HasAnswered && !timedOut,
            Result = new()
            {
                Outcome = timedOut ? TryOutcome.TimedOut : TryOutcome.Broken,
                Failure = timedOut ? UpstreamErrors.Timeout : UpstreamErrors.InvalidResponse,
                BodyConsumed = upload?.HasConsumed == true,
            },
        };
    }

    private static ConnectionTry NotHttp(RequestUpload? upload) => new()
    {
        Result = new()
        {
            Outcome = TryOutcome.Broken,
            Failure = UpstreamErrors.InvalidResponse,
            BodyConsumed = upload?.HasConsumed == true,
        },
    };

    /// <summary>The end of a try over one connection.</summary>
    private readonly struct ConnectionTry
    {
        public TryResult Result { get; init; }

        /// <summary>A connection that had been idle broke before anything came back.</summary>
        public bool IsStale { get; init; }
    }
}
