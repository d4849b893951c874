using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Refuses what the HTTP layer accepts but a proxy must not pass on, because a server behind it may read it differently:
/// the request smuggling corner of RFC 9112.
/// </summary>
internal static class RequestGuard
{
    /// <summary>As in nginx, a client that sent nonsense gets no further request on its connection.</summary>
    public static readonly Answer BadRequest = new() { Status = 400, Error = GatewayErrors.BadRequest, CloseConnection = true };
    private static readonly Answer NotImplemented = new() { Status = 501, Error = GatewayErrors.NotImplemented, CloseConnection = true };
    private static readonly Answer MethodNotAllowed = new() { Status = 405, Error = GatewayErrors.MethodNotAllowed };
    private static readonly Answer TooLarge = new() { Status = 413, Error = GatewayErrors.PayloadTooLarge, CloseConnection = true };

    public static Answer? Refuses(Exchange exchange)
    {
        var request = exchange.Request;
        var method = request.Method;
        foreach (var c in method)
            if (c is not (>= 'A' and <= 'Z' or '_' or '-'))
                return BadRequest;
        if (method is "TRACE" or "CONNECT" && !IsExtendedConnect(exchange)) return MethodNotAllowed;

        var headers = request.Headers;
        var codings = headers.TransferEncoding;
        if (codings.Count > 0)
        {
            // RFC 9112, 6.1 and 6.3: with both, one of the two may be a lie; Kestrel then gives the length another name.
            if (headers.ContentLength is not null || headers.ContainsKey("X-Content-Length")) return BadRequest;

            // A coding other than chunked is one we do not have.
            if (codings.Count != 1 || !string.Equals(codings[0], "chunked", StringComparison.OrdinalIgnoreCase)) return NotImplemented;
            if (ReferenceEquals(request.Protocol, HttpProtocol.Http10)) return BadRequest;
        }

        // RFC 9110, 7.2: HTTP/1.1 names a host. The HTTP layer below has seen to it that there is one field at most.
        if (headers.Host is [""]) return BadRequest;
        var most = exchange.Snapshot.Settings.MaxRequestBody;
        return most > 0 && headers.ContentLength > most ? TooLarge : null;
    }

    private static bool IsExtendedConnect(Exchange exchange) =>
        exchange.Http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
}
