using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// The body of a request on its way upstream: none, at hand (small enough to wait for, so that it can be sent again), or streaming.
/// </summary>
internal struct RequestBody
{
    /// <summary>A body up to this size is read before an upstream connection is taken: a slow client holds none, and a retry has it again.</summary>
    private const int SmallBody = 32 * 1024;

    private PipeReader? reader;

    public BodyFraming Framing { get; private set; }

    /// <summary>The length in bytes, with <see cref="BodyFraming.Length"/>.</summary>
    public long Length { get; private set; }

    /// <summary>The whole body is in <see cref="Buffered"/>.</summary>
    public bool IsBuffered { get; private set; }

    public ReadOnlySequence<byte> Buffered { get; private set; }

    public readonly bool IsStreaming => Framing != BodyFraming.None && !IsBuffered;

    /// <summary>The body has to be awaited with <see cref="BufferAsync"/> before it is sent.</summary>
    public readonly bool IsAwaited => Framing == BodyFraming.Length && !IsBuffered && Length <= SmallBody;

    /// <summary>What is known of the body without waiting.</summary>
    public static RequestBody Of(Exchange exchange)
    {
        var request = exchange.Request;
        if (exchange.BufferedRequestBody is { } replacement)
            return new RequestBody
            {
                Framing = replacement.Length == 0 && request.ContentLength is null ? BodyFraming.None : BodyFraming.Length,
                Length = replacement.Length,
                IsBuffered = true,
                Buffered = new ReadOnlySequence<byte>(replacement),
            };
        if (request.ContentLength is { } length)
            return length == 0
                ? new RequestBody { Framing = BodyFraming.Length, IsBuffered = true }
                : new RequestBody { Framing = BodyFraming.Length, Length = length, reader = request.BodyReader };
        return exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
            ? new RequestBody { Framing = BodyFraming.Chunked, reader = request.BodyReader }
            : default;
    }

    /// <summary>Waits for a small body. It stays in the reader, so that the next try finds it there.</summary>
    [AsyncMethodBuilder(typeof(ForwardingMethodBuilder<>))]
    public static async ValueTask<RequestBody> BufferAsync(RequestBody body)
    {
        var source = body.reader!;
        while (true)
        {
            var result = await source.ReadAsync();
            if (result.IsCompleted || result.Buffer.Length >= body.Length)
            {
                body.Buffered = result.Buffer;
                // Also where a plugin has changed the field: the head must not announce another length than follows.
                body.Length = result.Buffer.Length;
                body.IsBuffered = true;
                return body;
            }

            source.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Puts a body that was read back, for the next try, or lets go of it for good.</summary>
    /// <param name="sent">The upstream has it.</param>
    public readonly void Release(bool sent)
    {
        if (reader is null || !IsBuffered) return;
        if (sent) reader.AdvanceTo(Buffered.End);
        else reader.AdvanceTo(Buffered.Start);
    }
}
