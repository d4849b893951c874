using Sluice.Workflows.Nodes.HttpRequest;

namespace Sluice.Workflows.Nodes.Soap;

/// <summary>Sends a call and waits for its answer. Redirects are not followed: an envelope with a password goes nowhere else.</summary>
internal static class SoapSending
{
    public static async ValueTask<HttpAnswer> SendAsync(NodeContext context, HttpCall call)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        await using var timer = context.Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), source, call.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            var answer = await OnceAsync(context, call, source.Token);
            if (answer.Status != 401 || call.Reauthorise is not { } reauthorise) return answer;
            await reauthorise();
            return await OnceAsync(context, call, source.Token);
        }
        catch (HttpRequestException e)
        {
            // A refusal of our own, for instance of a private address, says why itself.
            if (e.InnerException is NodeException own) throw own;
            throw new NodeException($"{call.Url.Host} did not answer: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (IOException e)
        {
            throw new NodeException($"the answer of {call.Url.Host} broke off: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!context.Cancellation.IsCancellationRequested)
        {
            throw new NodeException($"{call.Url.Host} did not answer within {call.Timeout.TotalMilliseconds} ms", e);
        }
    }

    private static async Task<HttpAnswer> OnceAsync(NodeContext context, HttpCall call, CancellationToken cancel)
    {
        using var message = await call.ToMessageAsync(withSecrets: true, cancel);
        using var response = await context.Services.Http.SendAsync(call.Route, message, cancel);
        return await HttpAnswer.ReadAsync(response, context.Services.Http.MaximumResponse, cancel);
    }
}
