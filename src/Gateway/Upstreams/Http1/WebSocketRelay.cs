using System.Buffers;
using System.Diagnostics;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>
/// After 101: moves bytes both ways until the upstream has ended, a side breaks, or the upstream is silent for the service's read timeout
/// (in nginx as here, sixty seconds unless the service says otherwise: WebSockets are kept open by pings).
/// </summary>
internal static class WebSocketRelay
{
    private const int PieceSize = 16 * 1024;

    public static async ValueTask<TryResult> RunAsync(
        Exchange exchange, Http1Connection connection, WebSocketHandshake handshake, ForwardingSettings settings)
    {
        exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
        connection.Start = connection.Head.Length;
        ResponseHeadCopy.ToClient(exchange, connection);
        var client = await handshake.AcceptAsync(exchange);

        using var ended = new CancellationTokenSource();
        var toUpstream = ToUpstreamAsync(exchange, connection, client, settings, ended.Token);
        try
        {
            await ToClientAsync(exchange, connection, client, settings);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A side broke, or the upstream was silent for too long. A client still there sees its connection end without a closing handshake.
            exchange.Http.Abort();
        }
        finally
        {
            // What the client may still say has nowhere to go.
            connection.Abort();
            await ended.CancelAsync();
            await toUpstream;
        }

        exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
        return new() { Outcome = TryOutcome.Answered, Status = 101 };
    }

    private static async ValueTask ToClientAsync(Exchange exchange, Http1Connection connection, Stream client, ForwardingSettings settings)
    {
        while (true)
        {
            if (!connection.Received.IsEmpty)
            {
                var piece = connection.Buffer.AsMemory(connection.Start, connection.End - connection.Start);
                await client.WriteAsync(piece);
                await client.FlushAsync();
                exchange.Timings.ResponseBytes += piece.Length;
            }

            await connection.ReturnToLoop();
            connection.ClearForStream();
            var received = await connection.ReceiveAsync(settings.ReadTimeout);
            if (received == 0) return;
            connection.Took(received);
        }
    }

    private static async Task ToUpstreamAsync(
        Exchange exchange, Http1Connection connection, Stream client, ForwardingSettings settings, CancellationToken ended)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            while (true)
            {
                var read = await client.ReadAsync(buffer, ended);
                if (read == 0) break;
                await connection.ReturnToLoop();
                exchange.Timings.RequestBytes += read;
                await connection.SendAsync(buffer.AsMemory(0, read), settings.WriteTimeout);
            }

            await connection.ReturnToLoop();
            connection.ShutdownSend();
        }
        catch (UpstreamSocketException)
        {
            // The other direction sees the same and ends the exchange.
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            connection.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
