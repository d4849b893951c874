using System.Collections.Concurrent;

namespace Sluice.Gateway.Plugins.Jose;

/// <summary>
/// What was found out about tokens lately, by their SHA-256, so that none is kept itself. Bounded: of two generations, the older goes when the
/// younger is full.
/// </summary>
/// <param name="capacity">How many tokens there are at most; 0 for none.</param>
internal sealed class RecentTokens<T>(int capacity = RecentTokens.UsualCapacity)
    where T : class
{
    private readonly Lock gate = new();
    private ConcurrentDictionary<TokenHash, T> young = new();
    private ConcurrentDictionary<TokenHash, T> old = new();
    private int youngCount;

    /// <summary>At most the capacity, for tests.</summary>
    internal int Count => young.Count + old.Count;

    public T? Find(TokenHash hash)
    {
        if (young.TryGetValue(hash, out var found)) return found;
        if (!old.TryGetValue(hash, out found)) return null;
        Add(hash, found);
        return found;
    }

    public void Remove(TokenHash hash)
    {
        young.TryRemove(hash, out _);
        old.TryRemove(hash, out _);
    }

    public void Add(TokenHash hash, T token)
    {
        if (capacity == 0) return;
        if (!young.TryAdd(hash, token))
        {
            young[hash] = token;
            return;
        }

        if (Interlocked.Increment(ref youngCount) < capacity / 2) return;
        lock (gate)
        {
            if (youngCount < capacity / 2) return;
            old = young;
            young = new();
            youngCount = 0;
        }
    }
}

/// <summary>What all kinds of <see cref="RecentTokens{T}"/> have in common.</summary>
internal static class RecentTokens
{
    /// <summary>Some megabytes at most.</summary>
    public const int UsualCapacity = 8192;
}
