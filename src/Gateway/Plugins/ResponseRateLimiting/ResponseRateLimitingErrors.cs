using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>What response-ratelimiting answers before a request is sent upstream.</summary>
internal static class ResponseRateLimitingErrors
{
    public static GatewayError LimitExceeded(string limit) => new(429, "RATE_LIMIT_EXCEEDED", $"API rate limit exceeded for '{limit}'", Fault.Client);
}
