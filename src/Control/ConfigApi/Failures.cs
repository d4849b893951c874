using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Foundation.Storage;

namespace Sluice.Control.ConfigApi;

/// <summary>
/// What a request that did not end in an answer of its own gets: in the envelope under <c>/api</c>, in Kong's form elsewhere on the admin listener.
/// </summary>
public static partial class Failures
{
    /// <summary>Middleware: runs <paramref name="next"/> and answers for the exceptions that leave it.</summary>
    public static async Task CatchAsync(HttpContext http, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.ContentType is null && http.Response.StatusCode is 404 or 405) await AnswerForRoutingAsync(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted)
        {
            // Nobody is there to be told, or half an answer is out and the connection has to end.
            http.Abort();
        }
        catch (BadHttpRequestException e)
        {
            await AnswerAsync(http, e.StatusCode, "BAD_REQUEST", "the request cannot be read");
        }
        catch (DatabaseException e)
        {
            LogUnavailable(log, http.TraceIdentifier, e.Message);
            await AnswerAsync(http, StatusCodes.Status503ServiceUnavailable, "STORE_UNAVAILABLE", "the database does not answer; nothing was changed, try again later");
        }
        catch (Exception e)
        {
            LogBug(log, e, http.TraceIdentifier);
            await AnswerAsync(http, StatusCodes.Status500InternalServerError, "INTERNAL_ERROR", "a failure of the gateway; the log says more under this request id");
        }
    }

    /// <summary>Answers with an error in the form of the API that was asked.</summary>
    public static Task AnswerAsync(HttpContext http, int status, string code, string message)
    {
        if (http.Request.Path.StartsWithSegments("/api")) return Envelope.RefuseAsync(http, status, new ApiError(code, message));
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new KongError(message, http.TraceIdentifier), Envelope.Json, http.RequestAborted);
    }

    private static Task AnswerForRoutingAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/api") && !http.Request.Path.StartsWithSegments("/api/" + Envelope.Version))
            return AnswerAsync(http, 400, "UNSUPPORTED_VERSION", $"there is no such version of the API; it is at /api/{Envelope.Version}");
        if (http.Response.StatusCode == StatusCodes.Status404NotFound) return AnswerAsync(http, 404, "NOT_FOUND", "Not found");
        return AnswerAsync(http, 405, "METHOD_NOT_ALLOWED", "Method not allowed");
    }

    private sealed record KongError(string Message, string RequestId);

    [LoggerMessage(1, LogLevel.Warning, "admin request {RequestId}: {Problem}")]
    private static partial void LogUnavailable(ILogger log, string requestId, string problem);

    [LoggerMessage(2, LogLevel.Error, "admin request {RequestId} failed")]
    private static partial void LogBug(ILogger log, Exception e, string requestId);
}
