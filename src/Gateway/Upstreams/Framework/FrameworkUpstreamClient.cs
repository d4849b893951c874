using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Upstreams.Framework;

/// <summary>
/// Forwards gRPC, with and without TLS, over the framework's HTTP/2. Both directions stream; trailers and resets are passed on. It runs on the
/// thread pool, where the framework's connections live.
/// </summary>
internal sealed class FrameworkUpstreamClient(Http2Handler handler, ForwardingSettings settings, string scheme) : UpstreamClient
{
    public override async ValueTask<TryResult> TryAsync(Exchange exchange, Endpoint endpoint)
    {
        // An interactive stream may pause for as long as the upstream is waited for.
        if (exchange.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        using var request = FrameworkRequest.Create(exchange, endpoint, scheme, settings, silence, out var body);
        try
        {
            return await SendAsync(exchange, request, body, silence);
        }
        finally
        {
            if (body is not null) await body.EndAsync();
        }
    }

    private async ValueTask<TryResult> SendAsync(Exchange exchange, HttpRequestMessage request, StreamedContent? body, CancellationTokenSource silence)
    {
        silence.CancelAfter(TryLimits.Within(exchange, settings.ReadTimeout));
        HttpResponseMessage response;
        try
        {
            response = await handler.Invoker.SendAsync(request, silence.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return Failed(exchange, e, body?.HasConsumed == true);
        }

        using (response)
        {
            exchange.Timings.UpstreamAnswered = Stopwatch.GetTimestamp();
            var retryAfter = exchange.RetryRules is not null && response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.ToString() : null;
            if (RetryPolicy.Declines(exchange, (int)response.StatusCode, body?.HasConsumed == true, retryAfter) is { } declined) return declined;
            FrameworkResponse.CopyHead(exchange, response);
            exchange.RunUpstreamAnswered();
            var status = (int)response.StatusCode;
            if (exchange.InsteadOfUpstream is { } instead)
            {
                exchange.Response.Clear();
                await AnswerWriter.WriteAsync(exchange, instead);
                exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
                return new() { Outcome = TryOutcome.Answered, Status = status };
            }

            exchange.RunRespond();
            try
            {
                await FrameworkResponse.RelayBodyAsync(exchange, response, settings, silence);
                exchange.Timings.UpstreamEnded = Stopwatch.GetTimestamp();
                return new() { Outcome = TryOutcome.Answered, Status = status };
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                var clientGone = exchange.Http.RequestAborted.IsCancellationRequested;
                exchange.Http.Abort();
                return new() { Outcome = clientGone ? TryOutcome.ClientGone : TryOutcome.Broken, Status = status };
            }
        }
    }

    private static TryResult Failed(Exchange exchange, Exception e, bool bodyConsumed)
    {
        if (exchange.Http.RequestAborted.IsCancellationRequested) return new() { Outcome = TryOutcome.ClientGone };

        // The framework reports a connect that took too long as a cancellation with a timeout inside.
        if (e is OperationCanceledException)
            return e.InnerException is TimeoutException
                ? new() { Outcome = TryOutcome.TimedOut, Failure = UpstreamErrors.ConnectTimeout, SafeForAnyMethod = true, BodyConsumed = bodyConsumed }
                : new() { Outcome = TryOutcome.TimedOut, Failure = UpstreamErrors.Timeout, BodyConsumed = bodyConsumed };
        return (e as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError =>
                new() { Outcome = TryOutcome.ConnectFailed, Failure = UpstreamErrors.ConnectFailed, SafeForAnyMethod = true, BodyConsumed = bodyConsumed },
            HttpRequestError.SecureConnectionError or HttpRequestError.VersionNegotiationError =>
                new() { Outcome = TryOutcome.ConnectFailed, Failure = UpstreamErrors.TlsFailed, SafeForAnyMethod = true, BodyConsumed = bodyConsumed },
            _ => new() { Outcome = TryOutcome.Broken, Failure = UpstreamErrors.InvalidResponse, BodyConsumed = bodyConsumed },
        };
    }
}
