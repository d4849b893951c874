using System.Buffers;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Upstreams.Http1;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>Brings the framework's answer to the client.</summary>
internal static class FrameworkResponse
{
    private const int PieceSize = 16 * 1024;

    public static void CopyHead(Exchange exchange, HttpResponseMessage answer)
    {
        var response = exchange.Response;
        response.StatusCode = (int)answer.StatusCode;
        Copy(answer.Headers.NonValidated, response.Headers);
        Copy(answer.Content.Headers.NonValidated, response.Headers);
        exchange.Source = ResponseSource.Upstream;
    }

    /// <summary>Streams the body and then the trailers; with rewrites, whole.</summary>
    public static async ValueTask RelayBodyAsync(Exchange exchange, HttpResponseMessage answer, ForwardingSettings settings, CancellationTokenSource silence)
    {
        if (exchange.DropsResponseBody)
        {
            exchange.Response.ContentLength = 0;
            return;
        }

        await using var body = await answer.Content.ReadAsStreamAsync(silence.Token);
        var sends = ResponseRelay.MayHaveBody(exchange);
        var transform = sends ? exchange.StreamTransform : null;
        var writer = exchange.Response.BodyWriter;
        var captures = exchange.HasBodyCaptures && !exchange.HasBodyRewrites ? new BodyCaptureSet(exchange) : null;
        var whole = exchange.HasBodyRewrites ? new ArrayBufferWriter<byte>() : null;
        var limit = whole is null ? 0 : exchange.BodyRewrites.Max(rewrite => rewrite.MaxBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            while (true)
            {
                silence.CancelAfter(settings.ReadTimeout);
                var receiving = body.ReadAsync(buffer, silence.Token);
                if (sends && whole is null && !receiving.IsCompleted && !await ResponseRelay.FlushAsync(writer)) throw new OperationCanceledException();
                var received = await receiving;
                if (received == 0) break;
                var piece = buffer.AsSpan(0, received);
                captures?.Add(piece);
                if (whole is not null)
                {
                    // What is too large for every rewrite streams through as it came.
                    whole.Write(piece);
                    if (whole.WrittenCount <= limit) continue;
                    if (sends) ResponseRelay.Write(writer, whole.WrittenSpan);
                    whole = null;
                }
                else if (transform is not null)
                {
                    transform.Write(piece, writer);
                    exchange.Timings.ResponseBytes += received;
                }
                else if (sends)
                {
                    ResponseRelay.Write(writer, piece);
                    exchange.Timings.ResponseBytes += received;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (whole is not null) ResponseRewriting.Send(exchange, whole.WrittenMemory);
        captures?.Complete();
        if (transform is not null) End(transform, answer, writer);
        else if (exchange.Http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
            Copy(answer.TrailingHeaders.NonValidated, trailers);
        if (exchange.Response.HasStarted) await writer.FlushAsync();
    }

    private static void End(ResponseStreamTransform transform, HttpResponseMessage answer, IBufferWriter<byte> output)
    {
        var trailers = new HeaderDictionary();
        foreach (var (name, values) in answer.TrailingHeaders.NonValidated) trailers[name] = values.ToString();
        transform.End(trailers, output);
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
            if (FieldKinds.Of(name) is FieldKind.Forwarded or FieldKind.Via || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                to[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
    }
}
