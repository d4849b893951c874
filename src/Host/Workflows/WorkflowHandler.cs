using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>Runs a workflow for each request of a route.</summary>
internal sealed class WorkflowHandler : RouteHandler
{
    /// <summary>The largest request body where the gateway has no smaller limit.</summary>
    private const int MaximumBody = 16 << 20;

    private static readonly HashSet<string> NotSent = new(["connection", "content-length", "content-type", "keep-alive", "transfer-encoding", "upgrade"], StringComparer.OrdinalIgnoreCase);

    private static readonly Answer TooLarge = new() { Status = 413, Error = GatewayErrors.PayloadTooLarge, CloseConnection = true };

    private readonly WorkflowEngine _engine;
    private readonly NodeServices _services;
    private readonly WorkflowModel _model;
    private readonly (NodeModel Node, WebhookNode Webhook, WebhookPath Path)[] _triggers;

    public WorkflowHandler(WorkflowEngine engine, NodeServices services, WorkflowModel model)
    {
        (_engine, _services, _model) = (engine, services, model);
        _triggers = [.. model.Triggers.Where(t => t.Node is WebhookNode).Select(t => (t, (WebhookNode)t.Node, new WebhookPath(((WebhookNode)t.Node).Path)))];
    }

    public override async ValueTask<Answer> AnswerAsync(Exchange exchange)
    {
        var candidates = _triggers.Where(t => t.Webhook.Methods.Contains(exchange.Request.Method, StringComparer.Ordinal)).ToList();
        if (candidates.Count == 0) return WorkflowErrors.MethodNotTaken.Answer;
        var (node, webhook, path) = candidates.Find(t => t.Path.Matches(exchange.Path)) is { Node: not null } fitting ? fitting : candidates[0];

        var most = exchange.Snapshot.Settings.MaxRequestBody is > 0 and < MaximumBody and var smaller ? (int)smaller : MaximumBody;
        if (await exchange.ReadRequestBodyAsync(most) is not { } body) return TooLarge;
        var gone = exchange.Http.RequestAborted;
        if (await WebhookCall.ReadAsync(exchange, webhook, path, body) is not { } call) return WorkflowErrors.UnreadableBody.Answer;

        // Nodes run on the thread that calls, and the loop has other requests to serve.
        var answer = await Task.Run(() => RunAsync(node, call, gone), CancellationToken.None);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    private async Task<Answer> RunAsync(NodeModel trigger, WebhookRequest call, CancellationToken gone)
    {
        try
        {
            var response = await _engine.CallAsync(_model, trigger, call, cancel: gone);
            return response.Failure switch
            {
                null => await AnswerOf(response, gone),
                RunPhase.Cancelled => WorkflowErrors.TooSlow.Answer,
                _ => WorkflowErrors.Failed.Answer,
            };
        }
        catch (RunRefusedException refused)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(refused.RetryAfter.TotalSeconds));
            return Answer.From(WorkflowErrors.Busy, KeyValuePair.Create("Retry-After", new StringValues(seconds.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private async ValueTask<Answer> AnswerOf(WebhookResponse response, CancellationToken gone)
    {
        // What a workflow may say as a status is what HTTP has for a final answer.
        if (response.Status is < 200 or > 599) return WorkflowErrors.Failed.Answer;
        var (body, type) = response switch
        {
            { File: { } file } => (await _services.ReadAsync(file, gone), file.MimeType),
            { Text: { } text } => (System.Text.Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8"),
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
