namespace Sluice.Gateway.Counters;

/// <summary>How many requests of each caller are under way on this node. Takes room only for callers with requests under way.</summary>
internal sealed class ConcurrentRequests
{
    private const int Shards = 16;

    private readonly Dictionary<Caller, int>[] shards = [.. Enumerable.Range(0, Shards).Select(_ => new Dictionary<Caller, int>())];

    /// <summary>Counts one more, unless <paramref name="limit"/> are under way already.</summary>
    /// <param name="always">Counts it over the limit, too.</param>
    /// <param name="before">How many were under way.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryEnter(Caller caller, int limit, bool always, out int before)
    {
        var shard = ShardOf(caller);
        lock (shard)
        {
            before = shard.GetValueOrDefault(caller);
            if (before < limit || always) shard[caller] = before + 1;
            return before < limit;
        }
    }

    /// <summary>One that was counted is over.</summary>
    public void Leave(Caller caller)
    {
        var shard = ShardOf(caller);
        lock (shard)
        {
            if (shard[caller] is > 1 and var count) shard[caller] = count - 1;
            else shard.Remove(caller);
        }
    }

    private Dictionary<Caller, int> ShardOf(Caller caller) => shards[caller.Hash() % Shards];
}
