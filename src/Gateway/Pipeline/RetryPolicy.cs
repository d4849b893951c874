using System.Diagnostics;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Upstreams;

namespace Sluice.Gateway.Pipeline;

/// <summary>
/// Whether a failed try may be repeated on another endpoint. Kong's meaning of <c>retries</c>: N more tries; what cannot have been processed is
/// repeated for every method, anything else only for idempotent ones (RFC 9110, 9.2.2); an answer, whatever its status, is an answer.
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

    private static bool IsIdempotent(string method) =>
        method is "GET" or "HEAD" or "PUT" or "DELETE" or "OPTIONS" or "TRACE";
}
