using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Http1;

/// <summary>Puts the head of an answer into the client's response.</summary>
internal static class ResponseHeadCopy
{
    public static void ToClient(Exchange exchange, Http1Connection connection)
    {
        var head = connection.Head;
        var response = exchange.Response;
        var headers = response.Headers;
        response.StatusCode = head.Status;
        head.CopyTo(connection.Buffer.AsSpan(0, head.Length), headers, keepTrailer: !exchange.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal));
        // 204 has no length; one that the upstream gave all the same is not passed on. Nor is that of a HEAD which a plugin made of another method.
        if (head.ContentLength is { } length && head.Status != StatusCodes.Status204NoContent
            && (connection.Body.Framing != ResponseFraming.None || HttpMethods.IsHead(exchange.Request.Method) || head.Status == StatusCodes.Status304NotModified))
            headers.ContentLength = length;
        exchange.Source = ResponseSource.Upstream;
    }
}
