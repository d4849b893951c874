using System.Buffers;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Reads an answer's body whole, has plugins change it, and sends it with its new length. A body beyond the limit streams through unchanged.</summary>
internal static class ResponseRewriting
{
    public static async ValueTask<RelayEnd> RunAsync(Exchange exchange, Http1Connection connection, ForwardingSettings settings)
    {
        var limit = exchange.BodyRewrites.Max(rewrite => rewrite.MaxBytes);
        var body = connection.Body;
        var whole = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var state = body.TryTake(out var piece);
                if (state == BodyPiece.Invalid) return RelayEnd.UpstreamBroke;
                if (state == BodyPiece.End) break;
                if (state == BodyPiece.Data)
                {
                    whole.Write(piece);
                    if (whole.WrittenCount > limit) return await PassOnAsync(exchange, connection, whole.WrittenMemory, settings);
                    continue;
                }

                connection.ClearForStream();
                var received = await connection.ReceiveAsync(settings.ReadTimeout);
                if (received > 0) connection.Took(received);
                else if (!body.EndOfStream()) return RelayEnd.UpstreamBroke;
            }
        }
        catch (UpstreamSocketException)
        {
            return connection.ClientIsGone ? RelayEnd.ClientGone : RelayEnd.UpstreamBroke;
        }

        Send(exchange, whole.WrittenMemory);
        return RelayEnd.Complete;
    }

    /// <summary>Has plugins change a whole body and writes what they make of it.</summary>
    public static void Send(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        foreach (var rewrite in exchange.BodyRewrites)
            if (body.Length <= rewrite.MaxBytes)
                body = rewrite.Transform(exchange, body);
        if (exchange.HasBodyCaptures)
        {
            var captures = new BodyCaptureSet(exchange);
            captures.Add(body.Span);
            captures.Complete();
        }

        if (!ResponseRelay.MayHaveBody(exchange)) return;
        exchange.Response.ContentLength = body.Length;
        ResponseRelay.Write(exchange.Response.BodyWriter, body.Span);
        exchange.Timings.ResponseBytes = body.Length;
    }

    private static async ValueTask<RelayEnd> PassOnAsync(
        Exchange exchange, Http1Connection connection, ReadOnlyMemory<byte> beginning, ForwardingSettings settings)
    {
        var captures = exchange.HasBodyCaptures ? new BodyCaptureSet(exchange) : null;
        captures?.Add(beginning.Span);
        if (ResponseRelay.MayHaveBody(exchange))
        {
            ResponseRelay.Write(exchange.Response.BodyWriter, beginning.Span);
            exchange.Timings.ResponseBytes += beginning.Length;
        }

        return await ResponseRelay.PiecewiseAsync(exchange, connection, captures, settings);
    }
}
