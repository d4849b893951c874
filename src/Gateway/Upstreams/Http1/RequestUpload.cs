using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// Streams a request body to the upstream while the answer is awaited at the same time. A broken client ends the upstream connection; an upstream that
/// stops taking the body does not, because its answer may already be on the way.
/// </summary>
internal sealed class RequestUpload
{
    private const int PieceSize = 64 * 1024;

    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    private readonly Exchange exchange;
    private readonly Http1Connection connection;
    private readonly PipeReader reader;
    private readonly BodyFraming framing;
    private readonly TimeSpan timeout;
    private readonly TimeSpan patience;
    private Task task = Task.CompletedTask;
    private Timer? impatience;
    private bool stopping;

    // What the head has announced, and what has not gone out yet of it.
    private long left;

    private RequestUpload(Exchange exchange, Http1Connection connection, in RequestBody body, ForwardingSettings settings)
    {
        this.exchange = exchange;
        this.connection = connection;
        framing = body.Framing;
        left = framing == BodyFraming.Length ? body.Length : long.MaxValue;
        timeout = settings.WriteTimeout;
        patience = settings.RequestBodyTimeout;
        reader = exchange.Request.BodyReader;

        // A stream may pause: what counts is the time between two pieces, not the rate since the beginning.
        if (exchange.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    /// <summary>Some byte was taken from the client.</summary>
    public bool HasConsumed { get; private set; }

    /// <summary>All of the body has been sent.</summary>
    public bool IsComplete { get; private set; }

    public bool IsRunning => !task.IsCompleted;

    /// <summary>The client broke the body off, or its framing was wrong.</summary>
    public Exception? ClientFailure { get; private set; }

    /// <summary>The upstream took no more.</summary>
    public UpstreamSocketException? UpstreamFailure { get; private set; }

    public static RequestUpload Start(Exchange exchange, Http1Connection connection, in RequestBody body, ForwardingSettings settings)
    {
        var upload = new RequestUpload(exchange, connection, body, settings);
        upload.task = upload.RunAsync();
        return upload;
    }

    /// <summary>Ends the upload, done or not. When it was not, the connection is closed.</summary>
    public async ValueTask StopAsync()
    {
        if (task.IsCompleted) return;
        stopping = true;
        connection.Abort();
        reader.CancelPendingRead();
        await task;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!stopping)
            {
                var result = await ReadAsync();
                await connection.ReturnToLoop();
                if (result.IsCanceled)
                {
                    reader.AdvanceTo(result.Buffer.Start);
                    return;
                }

                if (!result.Buffer.IsEmpty)
                {
                    HasConsumed = true;
                    if ((left -= result.Buffer.Length) < 0) throw WrongLength();
                    exchange.Timings.RequestBytes += result.Buffer.Length;
                    exchange.RequestCapture?.Add(result.Buffer);
                    var failure = await SendAsync(result.Buffer);
                    reader.AdvanceTo(result.Buffer.End);
                    if (failure is not null)
                    {
                        UpstreamFailure = failure;
                        return;
                    }
                }
                else reader.AdvanceTo(result.Buffer.End);

                if (!result.IsCompleted) continue;
                if (framing == BodyFraming.Chunked) await connection.SendAsync(LastChunk, timeout);
                else if (left != 0) throw WrongLength();
                IsComplete = true;
                exchange.RequestCapture?.Complete();
                return;
            }
        }
        catch (UpstreamSocketException e)
        {
            UpstreamFailure = e;
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException or OperationCanceledException)
        {
            ClientFailure = BrokenRequestBody.Describe(e);
            connection.Abort();
        }
        finally
        {
            if (impatience is not null) await impatience.DisposeAsync();
        }
    }

    /// <exception cref="BadHttpRequestException">Nothing came for too long.</exception>
    /// <summary>A plugin has changed Content-Length. Sent on, it would have the upstream read the next request out of this one.</summary>
    private static BadHttpRequestException WrongLength() => new("The request body is not as long as its Content-Length says.");

    private async ValueTask<ReadResult> ReadAsync()
    {
        while (true)
        {
            var pending = reader.ReadAsync();
            var waits = !pending.IsCompleted;
            if (waits)
            {
                impatience ??= new Timer(static upload => ((RequestUpload)upload!).reader.CancelPendingRead(), this, Timeout.Infinite, Timeout.Infinite);
                impatience.Change(patience, Timeout.InfiniteTimeSpan);
            }

            var result = await pending;
            if (waits) impatience!.Change(Timeout.Infinite, Timeout.Infinite);
            if (!result.IsCanceled || stopping) return result;
            reader.AdvanceTo(result.Buffer.Start);

            // Cancelled without having waited: the timer of the read before, which had just been completed.
            if (waits) throw new BadHttpRequestException("The request body does not go on.", StatusCodes.Status408RequestTimeout);
        }
    }

    private async ValueTask<UpstreamSocketException?> SendAsync(ReadOnlySequence<byte> body)
    {
        try
        {
            if (framing == BodyFraming.Length && body.IsSingleSegment)
            {
                await connection.SendAsync(body.First, timeout);
                return null;
            }

            // The client's bytes lie in small blocks: fewer and larger sends are worth the copy.
            var buffer = ArrayPool<byte>.Shared.Rent(PieceSize + 16);
            try
            {
                while (!body.IsEmpty)
                {
                    var size = (int)Math.Min(body.Length, PieceSize);
                    var length = framing == BodyFraming.Chunked ? WriteChunk(body.Slice(0, size), buffer) : Copy(body.Slice(0, size), buffer);
                    await connection.SendAsync(buffer.AsMemory(0, length), timeout);
                    body = body.Slice(size);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            return null;
        }
        catch (UpstreamSocketException e)
        {
            return e;
        }
    }

    private static int Copy(ReadOnlySequence<byte> piece, Span<byte> buffer)
    {
        piece.CopyTo(buffer);
        return (int)piece.Length;
    }

    private static int WriteChunk(ReadOnlySequence<byte> piece, Span<byte> buffer)
    {
        var size = (int)piece.Length;
        size.TryFormat(buffer, out var at, "x", CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(buffer[at..]);
        piece.CopyTo(buffer[(at + 2)..]);
        "\r\n"u8.CopyTo(buffer[(at + 2 + size)..]);
        return at + size + 4;
    }
}
