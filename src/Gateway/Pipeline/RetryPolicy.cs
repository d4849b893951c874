using System.Diagnostics;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Whether a failed try may be repeated on another endpoint. Kong's meaning of <c>retries</c>: N more tries; what cannot have been processed is
/// repeated for every method, anything else only for idempotent ones (RFC 9110, 9.2.2); an answer, whatever its status, is an answer, unless
/// Sluice's own <c>retry.on_statuses</c> says otherwise.
/// </summary>
internal static class RetryPolicy
{
    public static bool Allows(Exchange exchange, ServiceConfig service, in TryResult result)
    {
        if (result.IsDeclined) return true;
        if (result.Outcome == TryOutcome.ClientGone || result.BodyConsumed || exchange.Response.HasStarted) return false;
        if (exchange.RetryRules is { } rules) return rules.Allows(exchange, result);
        if (exchange.Timings.Tries > service.Retries) return false;
        if (service.Retry is { Timeout: > 0 } retry
            && Stopwatch.GetElapsedTime(exchange.Timings.UpstreamStarted).TotalMilliseconds > retry.Timeout) return false;
        return result.SafeForAnyMethod || service.Retry?.NonIdempotent == true || IsIdempotent(exchange.Upstream.Method);
    }

    /// <summary>
    /// The end of a try whose answer is not passed on, because the service's <c>retry.on_statuses</c> names its status and another try is allowed;
    /// null to pass it on. The last try's answer always is.
    /// </summary>
    /// <param name="exchange">Whose answer it is.</param>
    /// <param name="status">Its status.</param>
    /// <param name="bodyConsumed">Part of the request's body is gone.</param>
    /// <param name="retryAfter">The answer's Retry-After; looked at only by <see cref="RetryRules"/>.</param>
    public static TryResult? Declines(Exchange exchange, int status, bool bodyConsumed, string? retryAfter)
    {
        if (exchange.RetryRules is { } rules)
        {
            var answer = Answered(status, bodyConsumed);
            return !bodyConsumed && rules.Declines(exchange, answer, retryAfter) ? answer : null;
        }

        if (exchange.Destination?.Config is not { Retry.OnStatuses: { Count: > 0 } statuses } service || !statuses.Contains(status)) return null;
        var result = Answered(status, bodyConsumed);
        return Allows(exchange, service, result with { IsDeclined = false }) ? result : null;
    }

    private static TryResult Answered(int status, bool bodyConsumed) =>
        new() { Outcome = TryOutcome.Answered, Status = status, Failure = UpstreamErrors.InvalidResponse, BodyConsumed = bodyConsumed, IsDeclined = true };

    private static bool IsIdempotent(string method) =>
        method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE";
}
