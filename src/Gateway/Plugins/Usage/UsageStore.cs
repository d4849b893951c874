namespace Sluice.Gateway.Plugins.Usage;

/// <summary>What a consumer has called on a route within an hour.</summary>
/// <param name="Consumer">Its id.</param>
/// <param name="ConsumerName">Its username or custom id.</param>
/// <param name="Route">The route's name, or its id where it has none.</param>
/// <param name="Hour">When the hour began, in UTC.</param>
/// <param name="Calls">Calls that were answered.</param>
/// <param name="Failed">Those of them that the gateway refused, or that were answered with a status from 500 on.</param>
/// <param name="Bytes">Bytes of the responses' bodies.</param>
public sealed record UsageCount(Guid Consumer, string ConsumerName, string Route, DateTimeOffset Hour, long Calls, long Failed, long Bytes);

/// <summary>Where counts of calls are added up for good, for all nodes that share it. Never on an event loop.</summary>
public abstract class UsageStore
{
    /// <summary>Adds to what is there, all or nothing.</summary>
    /// <exception cref="IOException">The store is away, and nothing was added.</exception>
    public abstract Task AddAsync(IReadOnlyList<UsageCount> counts);
}
