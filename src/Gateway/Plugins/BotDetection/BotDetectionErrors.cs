using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.BotDetection;

/// <summary>What bot-detection answers.</summary>
internal static class BotDetectionErrors
{
    public static readonly GatewayError SeveralAgents = new(400, "USER_AGENT_DUPLICATE", "Only one User-Agent header allowed", Fault.Client);

    public static readonly GatewayError Robot = new(403, "ROBOT_REFUSED", "Forbidden", Fault.Client);
}
