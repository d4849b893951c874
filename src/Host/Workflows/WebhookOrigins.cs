using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Nodes.Webhook;

namespace Sluice.Host.Workflows;

/// <summary>What browsers are told about pages of other origins that call a webhook, where the webhook says which may (the Fetch standard's CORS protocol).</summary>
internal static class WebhookOrigins
{
    /// <summary>The answer to a browser that asks before it calls; null where the request is no such question, or the webhook does not say.</summary>
    public static Answer? Preflight(Exchange exchange, WebhookNode webhook)
    {
        if (exchange.Request.Method is not "OPTIONS" || webhook.AllowedOrigins.Count == 0 || exchange.Request.Headers.Origin.Count == 0) return null;
        var headers = new List<KeyValuePair<string, StringValues>>
        {
            KeyValuePair.Create("Access-Control-Allow-Methods", new StringValues(string.Join(", ", webhook.Methods.Prepend("OPTIONS")))),
            KeyValuePair.Create("Access-Control-Max-Age", new StringValues("300")),
        };
        if (exchange.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked) headers.Add(KeyValuePair.Create("Access-Control-Allow-Headers", asked));
        return Marked(exchange, webhook, new Answer { Status = 204, Headers = headers });
    }

    /// <summary>The answer with the origin that may read it.</summary>
    public static Answer Marked(Exchange exchange, WebhookNode webhook, Answer answer)
    {
        if (webhook.AllowedOrigins is not [var first, ..] || exchange.Request.Headers.Origin is not [{ Length: > 0 } origin]) return answer;
        var allowed = webhook.AllowedOrigins.Contains("*", StringComparer.Ordinal) || webhook.AllowedOrigins.Contains(origin, StringComparer.Ordinal) ? origin : first;
        return new Answer
        {
            Status = answer.Status, Error = answer.Error, Body = answer.Body, ContentType = answer.ContentType, CloseConnection = answer.CloseConnection, Stream = answer.Stream, Source = answer.Source,
            Headers = [.. answer.Headers, KeyValuePair.Create("Access-Control-Allow-Origin", new StringValues(allowed)), KeyValuePair.Create("Vary", new StringValues("Origin"))],
        };
    }
}
