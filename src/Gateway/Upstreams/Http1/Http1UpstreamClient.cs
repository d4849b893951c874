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

    internal override bool CanRace => true;

    public override ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint) => TryAsync(exchange, endpoint, race: null);

    internal override ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint, RacingTry? race)
    {
        // The usual request finds everything at hand: nothing to wait for before it is sent.
        if (exchange.Loop is { } loop && !ReferenceEquals(EventLoop.Current, loop)) return PrepareAsync(exchange, endpoint, race, mayReuse: true);
        var handshake = WebSocketHandshake.Of(exchange);
        var body = handshake is null ? RequestBody.Of(exchange) : default;
        if (body.IsAwaited) return PrepareAsync(exchange, endpoint, race, mayReuse: true);
        var host = exchange.Upstream.Host ?? endpoint.HostHeader;
        return pool.Take(connector.KeyFor(endpoint, host), exchange.Loop) is { } connection
            ? SendAndRelayAsync(exchange, endpoint, race, connection, host, body, handshake, isFresh: false)
            : PrepareAsync(exchange, endpoint, race, mayReuse: false);
    }

    private static bool IsIdempotent(string method) => method is not ("POST" or "PATCH" or "LOCK");

    /// <summary>Gets to the loop, waits for a small body, and connects where no idle connection is to be had.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="endpoint">Where it goes.</param>
    /// <param name="race">What cuts this try off when another one is faster; null where it runs alone.</param>
    /// <param name="mayReuse">Whether an idle connection may be used.</param>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<TryResult> PrepareAsync(Exchange exchange, Endpoint endpoint, RacingTry? race, bool mayReuse)
    {
        var handshake = WebSocketHandshake.Of(exchange);
        var body = handshake is null ? RequestBody.Of(exchange) : default;
        if (body.IsAwaited) body = await RequestBody.BufferAsync(body);
        await new LoopReturn(exchange.Loop);

        var host = exchange.Upstream.Host ?? endpoint.HostHeader;
        var key = connector.KeyFor(endpoint, host);
        var connection = mayReuse ? pool.Take(key, exchange.Loop) : null;
        var isFresh = connection is null;
        if (connection is null)
        {
            var opening = connector.OpenAsync(endpoint, key, exchange.TryDeadline);
            var opened = race is null ? await opening : await race.OrCutAsync(opening);
            if (race is not null) await new LoopReturn(exchange.Loop);
            if (opened.Failure is not null)
            {
                body.Release(sent: false);
                return opened.Result;
            }

            connection = opened.Connection!;
        }

        return await SendAndRelayAsync(exchange, endpoint, race, connection, host, body, handshake, isFresh);
    }

    /// <summary>One request and its answer over <paramref name="connection"/>, which is given back to the pool or closed at the end.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private async ValueTask<TryResult> SendAndRelayAsync(
        Exchange exchange, Endpoint endpoint, RacingTry? race, Http1Connection connection, string host, RequestBody body, WebSocketHandshake? handshake, bool isFresh)
    {
        RequestUpload? upload = null;
        TryResult result;
        var reusable = false;
        var isStale = false;
        var bodyHeld = body.IsBuffered;
        pool.Begin(connection, exchange, exchange.Loop);
        race?.Attach(connection);
        exchange.RequestCapture?.Begin();
        try
        {
            var first = connection.WriteHead(exchange, host, body, handshake, out var bodyIncluded);
            await connection.SendAsync(first, TryLimits.Within(exchange, settings.WriteTimeout));
            if (body.IsBuffered && !bodyIncluded)
                foreach (var piece in body.Buffered)
                    await connection.SendAsync(piece, TryLimits.Within(exchange, settings.WriteTimeout));
            if (body.IsBuffered) exchange.Timings.RequestBytes = body.Length;
            if (!body.IsStreaming && exchange.RequestCapture is { } capture)
            {
                capture.Add(body.Buffered);
                capture.Complete();
            }

            if (body.IsStreaming) upload = RequestUpload.Start(exchange, connection, body, settings);

            var head = connection.Head;
            var interim = 0;
            while (true)
            {
                var state = connection.End == 0 ? ParseState.Incomplete : head.Parse(connection.Received, settings.MaxResponseHead);
                if (state == ParseState.Invalid) throw NotHttp();
                if (state == ParseState.Incomplete)
                {
                    int received;
                    try
                    {
                        received = await connection.ReceiveAsync(TryLimits.Within(exchange, settings.ReadTimeout));
                    }
                    catch (UpstreamSocketException e) when (e.Failure == SocketFailure.TimedOut && upload is { IsRunning: true } && !TryLimits.IsOver(exchange))
                    {
                        // The answer is only due once the request has been sent.
                        continue;
                    }

                    if (received == 0) throw new UpstreamSocketException(SocketFailure.Reset, "The upstream closed the connection without an answer.");
                    connection.Took(received);
                    continue;
                }

                if (head.Status >= 200) break;
                if (head.Status == StatusCodes.Status101SwitchingProtocols)
                {
                    if (handshake?.IsAcceptedBy(head, connection.Buffer) != true) throw NotHttp();
                    return await WebSocketRelay.RunAsync(exchange, connection, handshake, settings);
                }

                if (++interim > MostInterimAnswers) throw NotHttp();
                if (race is null) await exchange.SendInterimAsync(connection.Buffer.AsMemory(0, head.Length));
                await connection.ReturnToLoop();
                connection.DropHead();
            }

            if (race is not null)
            {
                if (!race.Claim(head.Status)) return RacingTry.Lost(race.IsCut ? 0 : head.Status);
                exchange.Endpoint = endpoint;
            }

            exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
            var retryAfter = exchange.RetryRules is null ? null : head.Find(connection.Buffer, "Retry-After"u8);
            if (RetryPolicy.Declines(exchange, head.Status, upload?.HasConsumed == true, retryAfter) is { } declined) return declined;
            if (bodyHeld)
            {
                body.Release(sent: true);
                bodyHeld = false;
            }

            var answer = connection.Body;
            answer.Begin(head, HttpMethods.IsHead(exchange.Upstream.Method));
            connection.Start = head.Length;
            ResponseHeadCopy.ToClient(exchange, connection);
            exchange.RunUpstreamAnswered();
            var end = RelayEnd.Complete;
            if (exchange.InsteadOfUpstream is { } instead)
            {
                await ResponseRelay.ReplaceAsync(exchange, connection, instead);
            }
            else
            {
                exchange.RunRespond();
                if (!ResponseRelay.TryRelayAtOnce(exchange, connection)) end = await ResponseRelay.RunAsync(exchange, connection, settings);
            }

            exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
            if (end == RelayEnd.Complete)
            {
                result = new() { Outcome = TryOutcome.Answered, Status = head.Status };

                // Bytes behind the answer's end were not asked for: what follows on this connection could not be trusted.
                reusable = head.KeepsAlive && answer.IsComplete && connection.Received.IsEmpty && answer.Framing != ResponseFraming.UntilClose
                    && (head.Status != StatusCodes.Status204NoContent || head is { IsChunked: false, ContentLength: null or 0 })
                    && (upload is null || upload.IsComplete);
            }
            else
            {
                exchange.Http.Abort();
                result = new() { Outcome = end == RelayEnd.ClientGone ? TryOutcome.ClientGone : TryOutcome.Broken, Status = head.Status };
            }
        }
        catch (UpstreamSocketException e)
        {
            result = Failed(exchange, connection, upload, e.Failure);
            isStale = !isFresh && !connection.HasAnswered && pool.WasIdleLong(connection) && result is { Outcome: TryOutcome.Broken, BodyConsumed: false };
        }
        finally
        {
            if (upload is not null) await upload.StopAsync();
            if (bodyHeld) body.Release(sent: false);
            await new LoopReturn(exchange.Loop);
            pool.End(connection, exchange.Loop, reusable);
        }

        // The upstream closed an idle connection just when it was chosen: that is nobody's failure, and one more try is free where repeating is safe.
        return isStale && race?.IsCut != true && IsIdempotent(exchange.Upstream.Method) ? await PrepareAsync(exchange, endpoint, race, mayReuse: false) : result;
    }

    private static UpstreamSocketException NotHttp() => new(SocketFailure.Other, "The upstream's answer is not strictly HTTP/1.1.");

    /// <summary>What a try comes to when the connection broke or was silent before an answer.</summary>
    private static TryResult Failed(Exchange exchange, Http1Connection connection, RequestUpload? upload, SocketFailure failure)
    {
        if (upload?.ClientFailure is { } clientFailure && !exchange.Response.HasStarted)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(clientFailure);
        if (connection.ClientIsGone || upload?.ClientFailure is not null)
        {
            exchange.Http.Abort();
            return new() { Outcome = TryOutcome.ClientGone };
        }

        var timedOut = failure == SocketFailure.TimedOut;
        return new()
        {
            Outcome = timedOut ? TryOutcome.TimedOut : TryOutcome.Broken,
            Failure = timedOut ? UpstreamErrors.Timeout : UpstreamErrors.InvalidResponse,
            BodyConsumed = upload?.HasConsumed == true,
        };
    }
}
