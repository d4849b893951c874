using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.Gateway.Pipeline;

/// <summary>Reads a request body whole for plugins that need it.</summary>
internal static class RequestBodyBuffer
{
    public static async ValueTask<byte[]?> ReadAsync(Exchange exchange, int maxBytes)
    {
        // The frames of a WebSocket are no body: whoever waited for their end would wait as long as the connection lasts.
        if (exchange.Http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }) return [];
        var reader = exchange.Request.BodyReader;
        if (exchange.Request.ContentLength > maxBytes) return null;
        while (true)
        {
            var result = await ReadAsync(reader);
            if (result.Buffer.Length > maxBytes)
            {
                // Nothing is consumed: the forwarder streams the body from its start.
                reader.AdvanceTo(result.Buffer.Start);
                return null;
            }

            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                exchange.ReplaceRequestBody(body);
                return body;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader)
    {
        try
        {
            return await reader.ReadAsync();
        }
        catch (IOException e)
        {
            throw BrokenRequestBody.Describe(e);
        }
    }
}
