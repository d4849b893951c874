using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequestSizeLimiting;

/// <summary>What request-size-limiting answers.</summary>
internal static class RequestSizeLimitingErrors
{
    public static readonly GatewayError TooLarge = new(413, "REQUEST_TOO_LARGE", "Request size limit exceeded", Fault.Client);

    /// <summary>The client asked first (<c>Expect: 100-continue</c>).</summary>
    public static readonly GatewayError TooLargeExpected = new(417, "REQUEST_TOO_LARGE", "Request size limit exceeded", Fault.Client);

    public static readonly GatewayError LengthRequired = new(411, "LENGTH_REQUIRED", "A valid Content-Length header is required", Fault.Client);
}
