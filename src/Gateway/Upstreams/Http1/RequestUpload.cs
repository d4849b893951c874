using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
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
    private Task task = Task.CompletedTask;
    private bool stopping;

    private RequestUpload(Exchange exchange, Http1Connection connection, BodyFraming framing, TimeSpan timeout)
    {
        this.exchange = exchange;
        this.connection = connection;
        this.framing = framing;
        this.timeout = timeout;
        reader = exchange.Request.BodyReader;
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

    public static RequestUpload Start(Exchange exchange, Http1Connection connection, BodyFraming framing, TimeSpan timeout)
    {
        var upload = new RequestUpload(exchange, connection, framing, timeout);
        upload.task = upload.RunAsync();
        return upload;
    }

    /// <summary>Ends the upload, done or not. When it was not, the connection is closed.</summary>
    public async ValueTask StopAsync()
    {
        if (task.IsCompleted) return;
        stopping = true;
        connection.Dispose();
        reader.CancelPendingRead();
        await task;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!stopping)
            {
                var result = await reader.ReadAsync();
                await connection.ReturnToLoop();
                if (result.IsCanceled)
                {
                    reader.AdvanceTo(result.Buffer.Start);
                    return;
                }

                if (!result.Buffer.IsEmpty)
                {
                    HasConsumed = true;
                    exchange.Timings.RequestBytes += result.Buffer.Length;
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
                IsComplete = true;
                return;
            }
        }
        catch (UpstreamSocketException e)
        {
            UpstreamFailure = e;
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException or OperationCanceledException)
        {
            ClientFailure = e;
            connection.Dispose();
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
