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
}
