using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>What rate-limiting answers.</summary>
internal static class RateLimitingErrors
{
    /// <summary>The caller has used up a window; the status and the wording are configured.</summary>
    public static GatewayError LimitExceeded(int status, string message) => new(status, "RATE_LIMIT_EXCEEDED", message, Fault.Client);

    /// <summary>Kong's answer where the counts cannot be reached and <c>fault_tolerant</c> is off.</summary>
    public static GatewayError CountsAway { get; } = new(500, "RATE_LIMIT_UNAVAILABLE", "An unexpected error occurred", Fault.Gateway);
}
