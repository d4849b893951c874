using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>How the relaying of an answer's body ended.</summary>
internal enum RelayEnd { Complete, UpstreamBroke, ClientGone }

/// <summary>Moves the body of an answer to the client, as fast as the client takes it.</summary>
internal static class ResponseRelay
{
    /// <summary>Asked of the client's output for each receive of a large body.</summary>
    private const int DirectPiece = 64 * 1024;

    /// <summary>
    /// The usual small answer has arrived whole with its head: it is written without waiting, and goes out with the head when the exchange ends.
    /// </summary>
    public static bool TryRelayAtOnce(Exchange exchange, Http1Connection connection)
    {
        var body = connection.Body;
        if (exchange.DropsResponseBody)
        {
            // What has come already is taken, so that the connection can be used again where that was all.
            exchange.Response.ContentLength = 0;
            body.TryTake(out _);
            return true;
        }

        if (exchange.HasBodyRewrites || exchange.HasBodyCaptures) return false;
        if (!MayHaveBody(exchange)) return body.IsComplete;
        if (body.IsComplete) return true;
        if (body.Framing != ResponseFraming.Length || connection.Received.Length < body.Left) return false;
        body.TryTake(out var whole);
        Write(exchange.Response.BodyWriter, whole);
        exchange.Timings.ResponseBytes = whole.Length;
        return true;
    }

    /// <summary>Sends a plugin's answer instead. What has come of the upstream's body is taken, so that the connection can be used again where that was all.</summary>
    public static ValueTask ReplaceAsync(Exchange exchange, Http1Connection connection, Answer instead)
    {
        connection.Body.TryTake(out _);
        exchange.Response.Clear();
        return AnswerWriter.WriteAsync(exchange, instead);
    }

    public static ValueTask<RelayEnd> RunAsync(Exchange exchange, Http1Connection connection, ForwardingSettings settings)
    {
        if (exchange.HasBodyRewrites) return ResponseRewriting.RunAsync(exchange, connection, settings);
        var captures = exchange.HasBodyCaptures ? new BodyCaptureSet(exchange) : null;
        return captures is null && connection.Body.Framing == ResponseFraming.Length && MayHaveBody(exchange)
            ? DirectAsync(exchange, connection, settings)
            : PiecewiseAsync(exchange, connection, captures, settings);
    }

    /// <summary>Whether the client may be sent a body: a plugin may have changed the status, and HEAD has none.</summary>
    public static bool MayHaveBody(Exchange exchange) =>
        exchange.Response.StatusCode is not (204 or 304 or < 200) && !HttpMethods.IsHead(exchange.Request.Method);

    /// <summary>A body of known length: received straight into the client's output.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private static async ValueTask<RelayEnd> DirectAsync(Exchange exchange, Http1Connection connection, ForwardingSettings settings)
    {
        var body = connection.Body;
        var writer = exchange.Response.BodyWriter;
        try
        {
            // With the response started, what follows goes into the connection's own buffers instead of a copy for later.
            await exchange.Response.StartAsync();
            await connection.ReturnToLoop();
            if (body.TryTake(out var beginning) == BodyPiece.Data)
            {
                Write(writer, beginning);
                exchange.Timings.ResponseBytes += beginning.Length;
            }

            // A receive that filled its buffer has more behind it: one send for both. Otherwise the client gets what there is.
            if (!connection.LastReceiveWasFull && !await FlushAsync(writer)) return RelayEnd.ClientGone;
            while (!body.IsComplete)
            {
                await connection.ReturnToLoop();
                var room = writer.GetMemory((int)Math.Min(body.Left, DirectPiece));
                if (room.Length > body.Left) room = room[..(int)body.Left];
                var received = await connection.ReceiveAsync(room, settings.ReadTimeout);
                if (received == 0) return await BreakOffAsync(writer);
                writer.Advance(received);
                body.ReceivedDirectly(received);
                exchange.Timings.ResponseBytes += received;
                if (!await FlushAsync(writer)) return RelayEnd.ClientGone;
            }

            return RelayEnd.Complete;
        }
        catch (UpstreamSocketException)
        {
            return connection.ClientIsGone ? RelayEnd.ClientGone : await BreakOffAsync(writer);
        }
    }

    /// <summary>Any other body: chunked, up to the close, or one that plugins keep a copy of.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    public static async ValueTask<RelayEnd> PiecewiseAsync(
        Exchange exchange, Http1Connection connection, BodyCaptureSet? captures, ForwardingSettings settings)
    {
        var body = connection.Body;
        var writer = exchange.Response.BodyWriter;
        var sends = MayHaveBody(exchange);
        try
        {
            while (true)
            {
                var state = body.TryTake(out var piece);
                if (state == BodyPiece.Data)
                {
                    captures?.Add(piece);
                    if (!sends) continue;
                    Write(writer, piece);
                    exchange.Timings.ResponseBytes += piece.Length;
                    continue;
                }

                if (state == BodyPiece.Invalid) return await BreakOffAsync(writer);
                if (state == BodyPiece.End) break;
                if (sends && !await FlushAsync(writer)) return RelayEnd.ClientGone;
                await connection.ReturnToLoop();
                connection.ClearForStream();
                var received = await connection.ReceiveAsync(settings.ReadTimeout);
                if (received > 0) connection.Took(received);
                else if (!body.EndOfStream()) return await BreakOffAsync(writer);
            }

            captures?.Complete();
            if (body.Trailers.Length > 0) ResponseTrailers.Send(exchange, body.Trailers);
            return !exchange.Response.HasStarted || await FlushAsync(writer) ? RelayEnd.Complete : RelayEnd.ClientGone;
        }
        catch (UpstreamSocketException)
        {
            return connection.ClientIsGone ? RelayEnd.ClientGone : await BreakOffAsync(writer);
        }
    }

    /// <summary>Copies <paramref name="bytes"/> into the client's output, which has to be asked for as much room as is wanted.</summary>
    public static void Write(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var size = Math.Min(bytes.Length, DirectPiece);
            bytes[..size].CopyTo(writer.GetSpan(size));
            writer.Advance(size);
            bytes = bytes[size..];
        }
    }

    /// <summary>Sends what there is; false when nobody takes it any more.</summary>
    public static ValueTask<bool> FlushAsync(PipeWriter writer)
    {
        var flush = writer.FlushAsync();
        if (!flush.IsCompletedSuccessfully) return AwaitAsync(flush);
        var result = flush.Result;
        return new(!result.IsCompleted && !result.IsCanceled);
    }

    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    private static async ValueTask<bool> AwaitAsync(ValueTask<FlushResult> flush)
    {
        var result = await flush;
        return !result.IsCompleted && !result.IsCanceled;
    }

    /// <summary>The client gets what came, and then sees its connection break: the only way to say that something is missing.</summary>
    private static async ValueTask<RelayEnd> BreakOffAsync(PipeWriter writer)
    {
        await writer.FlushAsync();
        return RelayEnd.UpstreamBroke;
    }
}
