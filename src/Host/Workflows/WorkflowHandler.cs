using Sluice.Gateway.Pipeline;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Runs;

namespace Sluice.Host.Workflows;

/// <summary>Runs a workflow for each request of a route.</summary>
internal sealed class WorkflowHandler : RouteHandler
{
    private readonly WorkflowEngine _engine;
    private readonly NodeServices _services;
    private readonly WorkflowModel _model;
    private readonly string _tenant;
    private readonly bool _enabled;
    private readonly (NodeModel Node, WebhookNode Webhook, WebhookPath Path)[] _triggers;

    /// <param name="tenant">Whose workflow it is; empty for nobody's.</param>
    /// <param name="enabled">Whether requests start it.</param>
    public WorkflowHandler(WorkflowEngine engine, NodeServices services, WorkflowModel model, string tenant, bool enabled)
    {
        (_engine, _services, _model, _tenant, _enabled) = (engine, services, model, tenant, enabled);
        _triggers = [.. model.Triggers.Select(t => (Node: t, Webhook: HookOf(t))).Where(t => t.Webhook is not null).Select(t => (t.Node, t.Webhook!, new WebhookPath(t.Webhook!.Path)))];
    }

    /// <summary>How calls begin with a node; null when none do.</summary>
    public static WebhookNode? HookOf(NodeModel trigger) => trigger.Node as WebhookNode ?? (trigger.Node as FormNode)?.Hook;

    public override async ValueTask<Answer> AnswerAsync(Exchange exchange)
    {
        if (!_enabled) return WorkflowErrors.Inactive.Answer;
        if (exchange.Request.Method is "OPTIONS" && Asked(exchange) is { } preflight) return preflight;
        var candidates = _triggers.Where(t => t.Webhook.Methods.Contains(exchange.Request.Method, StringComparer.Ordinal)).ToList();
        if (candidates.Count == 0) return WorkflowErrors.MethodNotTaken.Answer;
        var (node, webhook, path) = candidates.Find(t => t.Path.Matches(exchange.Path)) is { Node: not null } fitting ? fitting : candidates[0];
        return WebhookOrigins.Marked(exchange, webhook, await AnswerAsync(exchange, node, webhook, path));
    }

    private Answer? Asked(Exchange exchange)
    {
        var method = exchange.Request.Headers.AccessControlRequestMethod.ToString();
        foreach (var (_, webhook, path) in _triggers)
            if (webhook.Methods.Contains(method, StringComparer.Ordinal) && path.Matches(exchange.Path) && WebhookOrigins.Preflight(exchange, webhook) is { } answer) return answer;
        return null;
    }

    private async ValueTask<Answer> AnswerAsync(Exchange exchange, NodeModel node, WebhookNode webhook, WebhookPath path)
    {
        var (call, refusal) = await WebhookCall.TakeAsync(exchange, webhook, path, _services, _tenant);
        if (call is null) return refusal!;
        var gone = exchange.Http.RequestAborted;
        var trace = exchange.TraceContext;

        // Nodes run on the thread that calls, and the loop has other requests to serve.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var answer = await WebhookAnswers.OfAsync(async () => await _engine.CallAsync(_model, node, call, _tenant, trace, gone), _services, gone);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }
}
