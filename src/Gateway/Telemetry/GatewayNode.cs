namespace Sluice.Gateway.Telemetry;

/// <summary>The identity of this process among others: new with each start, unless it was given the one that it had before.</summary>
public static class GatewayNode
{
    public static Guid Guid { get; private set; } = Guid.NewGuid();

    public static string Id { get; private set; } = Guid.ToString();

    /// <summary>Gives the process the id that it is known by. To be called before anything is served.</summary>
    public static void Keep(Guid id)
    {
        Guid = id;
        Id = id.ToString();
    }
}
