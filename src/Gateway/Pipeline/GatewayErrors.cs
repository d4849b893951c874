namespace Sluice.Gateway.Pipeline;

/// <summary>The refusals of the exchange's own life: parsing, routing, and failures inside the gateway. Messages are Kong's.</summary>
public static class GatewayErrors
{
    public static readonly GatewayError BadRequest = new(400, "BAD_REQUEST", "Bad request", Fault.Client, TextFirst: true);

    public static readonly GatewayError MethodNotAllowed = new(405, "METHOD_NOT_ALLOWED", "Method not allowed", Fault.Client, TextFirst: true);

    public static readonly GatewayError RequestTimeout = new(408, "REQUEST_TIMEOUT", "Request timeout", Fault.Client, TextFirst: true);

    public static readonly GatewayError LengthRequired = new(411, "LENGTH_REQUIRED", "Length required", Fault.Client, TextFirst: true);

    public static readonly GatewayError PayloadTooLarge = new(413, "PAYLOAD_TOO_LARGE", "Payload too large", Fault.Client, TextFirst: true);

    public static readonly GatewayError UriTooLong = new(414, "URI_TOO_LONG", "URI too long", Fault.Client, TextFirst: true);

    public static readonly GatewayError ExpectationFailed = new(417, "EXPECTATION_FAILED", "Expectation failed", Fault.Client, TextFirst: true);

    public static readonly GatewayError UpgradeToHttps = new(426, "HTTPS_REQUIRED", "Please use HTTPS protocol", Fault.Client);

    public static readonly GatewayError UpgradeToHttp2 = new(426, "HTTP2_REQUIRED", "Please use HTTP2 protocol", Fault.Client);

    public static readonly GatewayError NotGrpc = new(415, "NOT_GRPC", "Non-gRPC request matched gRPC route", Fault.Client);

    /// <summary>421: the SNI of the handshake and the Host of the request belong to different certificates' worlds.</summary>
    public static readonly GatewayError Misdirected = new(421, "MISDIRECTED_REQUEST", "Misdirected request", Fault.Client, TextFirst: true);

    public static readonly GatewayError HeadersTooLarge =
        new(431, "REQUEST_HEADERS_TOO_LARGE", "Request header or cookie too large", Fault.Client, TextFirst: true) { KongStatus = 400 };

    public static readonly GatewayError VersionNotSupported =
        new(505, "HTTP_VERSION_NOT_SUPPORTED", "HTTP version not supported", Fault.Client, TextFirst: true);

    public static readonly GatewayError NotImplemented =
        new(501, "NOT_IMPLEMENTED", "This transfer coding or method is not implemented", Fault.Client, TextFirst: true);

    public static readonly GatewayError NoRoute = new(404, "ROUTE_NOT_FOUND", "no Route matched with those values", Fault.Client);

    public static readonly GatewayError NoService = new(503, "SERVICE_NOT_FOUND", "no Service found with those values", Fault.Gateway);

    public static readonly GatewayError Unexpected =
        new(500, "INTERNAL_ERROR", "An unexpected error occurred", Fault.Gateway, RetrySafe: false);

    /// <summary>The error for a request that the HTTP layer below refused with <paramref name="status"/>.</summary>
    internal static GatewayError ForRejected(int status) => status switch
    {
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        411 => LengthRequired,
        413 => PayloadTooLarge,
        414 => UriTooLong,
        417 => ExpectationFailed,
        421 => Misdirected,
        431 => HeadersTooLarge,
        501 => NotImplemented,
        505 => VersionNotSupported,
        _ => BadRequest,
    };
}
