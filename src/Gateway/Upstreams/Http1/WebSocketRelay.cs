using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Transport;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>After 101: moves bytes both ways until both sides have ended, or one is silent for the service's timeouts.</summary>
internal static class WebSocketRelay
{
    private const int PieceSize = 16 * 1024;

    public static async ValueTask<TryResult> RunAsync(Exchange exchange, Http1Connection connection, ForwardingSettings settings)
    {
        exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
        connection.Start = connection.Head.Length;
        ResponseHeadCopy.ToClient(exchange, connection);
        exchange.Response.ContentLength = null;
        var status = connection.Head.Status;
        var client = await AcceptAsync(exchange);
        var result = new TryResult { Outcome = TryOutcome.Answered, Status = status };

        var toUpstream = ToUpstreamAsync(exchange, connection, client, settings);
        try
        {
            await ToClientAsync(exchange, connection, client, settings);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side broke or was silent for too long; there is nobody left to tell.
        }
        finally
        {
            // The upstream has ended: what the client still says has nowhere to go.
            connection.Dispose();
            exchange.Http.Abort();
            await toUpstream;
            exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
        }

        return result;
    }

    private static async ValueTask<Stream> AcceptAsync(Exchange exchange)
    {
        if (WebSocketRequest.IsExtendedConnect(exchange))
        {
            exchange.Response.StatusCode = 200;
            exchange.Response.Headers.Remove("Sec-WebSocket-Accept");
            exchange.RunUpstreamAnswered();
            exchange.RunRespond();
            return await exchange.Http.Features.Get<IHttpExtendedConnectFeature>()!.AcceptAsync();
        }

        exchange.Response.Headers.Upgrade = "websocket";
        exchange.RunUpstreamAnswered();
        exchange.RunRespond();
        return await exchange.Http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
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

            connection.ClearForStream();
            var received = await connection.ReceiveAsync(settings.ReadTimeout);
            if (received == 0) return;
            connection.Took(received);
        }
    }

    private static async Task ToUpstreamAsync(Exchange exchange, Http1Connection connection, Stream client, ForwardingSettings settings)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            while (true)
            {
                var read = await client.ReadAsync(buffer);
                if (read == 0) break;
                exchange.Timings.RequestBytes += read;
                await connection.SendAsync(buffer.AsMemory(0, read), settings.WriteTimeout);
            }

            connection.ShutdownSend();
        }
        catch (UpstreamSocketException)
        {
            // The other direction sees the same and ends the exchange.
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            connection.Dispose();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
