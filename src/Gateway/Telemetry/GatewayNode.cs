namespace Sluice.Gateway.Telemetry;

/// <summary>The identity of this process among others, new with each start.</summary>
internal static class GatewayNode
{
    public static readonly Guid Guid = Guid.NewGuid();

    public static readonly string Id = Guid.ToString();
}
