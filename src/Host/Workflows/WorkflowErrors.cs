using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Host.Workflows;

/// <summary>The refusals and failures of routes that run a workflow.</summary>
internal static class WorkflowErrors
{
    public static readonly GatewayError Failed = new(500, "WORKFLOW_FAILED", "The workflow failed", Fault.Gateway, RetrySafe: false);

    public static readonly GatewayError TooSlow = new(504, "WORKFLOW_TIMEOUT", "The workflow took too long", Fault.Gateway, RetrySafe: false);

    public static readonly GatewayError Busy = new(503, "WORKFLOW_BUSY", "Too many runs wait already", Fault.Gateway);

    public static readonly GatewayError NotStored = new(503, "WORKFLOW_NOT_STORED", "The run cannot be stored at the moment", Fault.Gateway, RetrySafe: false);

    public static readonly GatewayError Inactive = new(503, "WORKFLOW_INACTIVE", "The workflow is not active", Fault.Gateway);

    public static readonly GatewayError NothingWaits = new(404, "NOTHING_WAITS", "Nothing waits for this call", Fault.Client);

    public static readonly GatewayError MethodNotTaken = new(405, "METHOD_NOT_ALLOWED", "Method not allowed", Fault.Client);

    public static readonly GatewayError UnreadableBody = new(400, "INVALID_BODY", "The body is not what its content type says", Fault.Client);

    private static readonly GatewayError NotAuthenticated = new(401, "WEBHOOK_UNAUTHENTICATED", "The webhook wants to know who calls", Fault.Client);

    private static readonly GatewayError Forbidden = new(403, "WEBHOOK_FORBIDDEN", "The webhook does not take this call", Fault.Client);

    private static readonly GatewayError NothingToCheckWith = new(500, "WEBHOOK_CONNECTION_MISSING", "The webhook has no connection to check callers with", Fault.Gateway);

    private static readonly Answer Challenge = Answer.From(NotAuthenticated, KeyValuePair.Create("WWW-Authenticate", new StringValues("Basic realm=\"Webhook\"")));

    /// <summary>What a caller is told whom a webhook's own parameters keep out.</summary>
    public static Answer NotAdmitted(int status) => status switch { 401 => Challenge, 403 => Forbidden.Answer, _ => NothingToCheckWith.Answer };
}
