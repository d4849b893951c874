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
        if (result.Outcome == TryOutcome.ClientGone || result.BodyConsumed || exchange.Response.HasStarted) return false;
        if (exchange.Timings.Tries > service.Retries) return false;
        if (service.Retry is { Timeout: > 0 } retry
            && Stopwatch.GetElapsedTime(exchange.Timings.UpstreamStarted).TotalMilliseconds > retry.Timeout) return false;
        return result.SafeForAnyMethod || service.Retry?.NonIdempotent == true || IsIdempotent(exchange.Upstream.Method);
    }

    /// <summary>
    /// The end of a try whose answer is not passed on, because the service's <c>retry.on_statuses</c> names its status and another try is allowed;
    /// null to pass it on. The last try's answer always is.
    /// </summary>
    public static TryResult? Declines(Exchange exchange, int status, bool bodyConsumed)
    {
        if (exchange.Destination?.Config is not { Retry.OnStatuses: { Count: > 0 } statuses } service || !statuses.Contains(status)) return null;
        var result = new TryResult { Outcome = TryOutcome.Answered, Status = status, Failure = UpstreamErrors.InvalidResponse, BodyConsumed = bodyConsumed };
        return Allows(exchange, service, result) ? result : null;
    }

    private static bool IsIdempotent(string method) =>
        method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE";
}
