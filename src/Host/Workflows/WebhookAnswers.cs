using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using Sluice.Foundation.Storage;
using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>What comes of a call to a workflow, as the gateway answers it.</summary>
internal static class WebhookAnswers
{
    private static readonly HashSet<string> NotSent = new(["connection", "content-length", "content-type", "keep-alive", "transfer-encoding", "upgrade"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers with what <paramref name="call"/> gives; 404 where that is nothing.</summary>
    public static async Task<Answer> OfAsync(Func<ValueTask<WebhookResponse?>> call, NodeServices services, CancellationToken gone)
    {
        try
        {
            return await call() switch
            {
                null => WorkflowErrors.NothingWaits.Answer,
                { Failure: null } response => await ShowAsync(response, services, gone),
                { Failure: RunPhase.Cancelled } => WorkflowErrors.TooSlow.Answer,
                _ => WorkflowErrors.Failed.Answer,
            };
        }
        catch (RunRefusedException refused)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(refused.RetryAfter.TotalSeconds));
            return Answer.From(WorkflowErrors.Busy, KeyValuePair.Create("Retry-After", new StringValues(seconds.ToString(CultureInfo.InvariantCulture))));
        }
        catch (DatabaseException)
        {
            return WorkflowErrors.NotStored.Answer;
        }
    }

    private static async ValueTask<Answer> ShowAsync(WebhookResponse response, NodeServices services, CancellationToken gone)
    {
        // What a workflow may say as a status is what HTTP has for a final answer.
        if (response.Status is < 200 or > 599) return WorkflowErrors.Failed.Answer;
        var (body, type) = response switch
        {
            { File: { } file } => (await services.ReadAsync(file, gone), file.MimeType),
            { Text: { } text } => (Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8"),
            { Json.IsUndefined: false } => (JsJson.WriteUtf8(response.Json), "application/json; charset=utf-8"),
            _ => (ReadOnlyMemory<byte>.Empty, null),
        };
        return new Answer
        {
            Status = response.Status,
            Body = body,
            ContentType = response.ContentType ?? type,
            Headers = [.. response.Headers.Where(h => !NotSent.Contains(h.Key)).Select(h => KeyValuePair.Create(h.Key, new StringValues(h.Value)))],
        };
    }
}
