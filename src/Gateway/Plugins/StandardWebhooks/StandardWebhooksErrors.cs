using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.StandardWebhooks;

/// <summary>What standard-webhooks answers.</summary>
internal static class StandardWebhooksErrors
{
    /// <summary>Not signed, not in time, without a body, or not by who knows the secret; callers are not told which.</summary>
    public static readonly GatewayError Invalid = new(400, "WEBHOOK_INVALID", "Bad request", Fault.Client);
}
