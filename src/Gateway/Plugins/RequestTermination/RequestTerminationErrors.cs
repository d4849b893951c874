using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestTermination;

/// <summary>What request-termination answers where neither message nor body is configured: what Kong and the nginx in it say of the status.</summary>
internal static class RequestTerminationErrors
{
    /// <summary>The messages that the plugin itself has.</summary>
    public static string? MessageOf(int status) => status switch
    {
        401 => "Unauthorized",
        404 => "Not found",
        405 => "Method not allowed",
        500 => "An unexpected error occurred",
        502 => "Bad Gateway",
        503 => "Service unavailable",
        _ => null,
    };

    /// <summary>The statuses that Kong's error pages describe, in plain text unless Accept asks for something else.</summary>
    public static GatewayError? PageOf(int status) => status switch
    {
        400 => GatewayErrors.BadRequest,
        408 => GatewayErrors.RequestTimeout,
        411 => GatewayErrors.LengthRequired,
        412 => new(412, "PRECONDITION_FAILED", "Precondition failed", Fault.Client, TextFirst: true),
        413 => GatewayErrors.PayloadTooLarge,
        414 => GatewayErrors.UriTooLong,
        417 => GatewayErrors.ExpectationFailed,
        494 => new(494, "REQUEST_HEADERS_TOO_LARGE", "Request header or cookie too large", Fault.Client, TextFirst: true),
        504 => new(504, "GATEWAY_TIMEOUT", "The upstream server is timing out", Fault.Upstream, TextFirst: true),
        _ => null,
    };

    /// <summary>The titles of nginx's own pages, for the statuses that have one and that neither of the above describes.</summary>
    public static string? NginxTitleOf(int status) => status switch
    {
        301 => "301 Moved Permanently",
        302 => "302 Found",
        303 => "303 See Other",
        307 => "307 Temporary Redirect",
        308 => "308 Permanent Redirect",
        402 => "402 Payment Required",
        403 => "403 Forbidden",
        406 => "406 Not Acceptable",
        409 => "409 Conflict",
        410 => "410 Gone",
        415 => "415 Unsupported Media Type",
        416 => "416 Requested Range Not Satisfiable",
        421 => "421 Misdirected Request",
        429 => "429 Too Many Requests",
        495 => "400 The SSL certificate error",
        496 => "400 No required SSL certificate was sent",
        497 => "400 The plain HTTP request was sent to HTTPS port",
        501 => "501 Not Implemented",
        505 => "505 HTTP Version Not Supported",
        507 => "507 Insufficient Storage",
        _ => null,
    };
}
