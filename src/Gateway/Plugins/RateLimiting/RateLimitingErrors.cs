using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>What rate-limiting answers.</summary>
internal static class RateLimitingErrors
{
    /// <summary>The caller has used up a window; the status and the wording are configured.</summary>
    public static GatewayError LimitExceeded(int status, string message) => new(status, "RATE_LIMIT_EXCEEDED", message, Fault.Client);
}
