using System.Numerics;

namespace Sluice.Gateway.Counters;

/// <summary>
/// The same algorithms in this process, for one node and for the time that the shared counts are away. Exact; safe from any thread; allocates
/// nothing once its tables have grown, and never takes more than its budget.
/// </summary>
internal sealed class LocalCounters
{
    /// <summary>Room for a million callers with two quotas each.</summary>
    public const long DefaultBudget = 128L * 1024 * 1024;

    private const int ShardBits = 5;

    private readonly Shard?[] shards = new Shard[1 << ShardBits];
    private readonly TimeProvider time;
    private readonly int quotaCount;
    private readonly int maxSlots;

    /// <param name="quotaCount">How many quotas each check is about.</param>
    /// <param name="budget">Bytes that the counts may take.</param>
    public LocalCounters(TimeProvider time, int quotaCount, long budget = DefaultBudget)
    {
        this.time = time;
        this.quotaCount = quotaCount;
        var slots = (ulong)Math.Max(budget / QuotaTable.SlotBytes(quotaCount) >> ShardBits, QuotaTable.MinSlots);
        maxSlots = (int)Math.Min(1UL << BitOperations.Log2(slots), 1 << 24);
    }

    /// <summary>The bytes of all tables.</summary>
    internal long Bytes => shards.Sum(s => (long)(s?.Table.Capacity ?? 0)) * QuotaTable.SlotBytes(quotaCount);

    /// <summary>Counts <paramref name="cost"/> under all quotas, or under none when one of them does not allow it.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="quotas">As many as was said when this was made.</param>
    /// <param name="countRefused">Counts what is not allowed, too, so that only waiting helps.</param>
    /// <param name="uses">Receives what was used of each before.</param>
    /// <returns>Whether it was allowed.</returns>
    public bool Count(LimitAlgorithm algorithm, Caller caller, ReadOnlySpan<Quota> quotas, double cost, Span<QuotaUse> uses, bool countRefused = false)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var hash = caller.Hash();
        var shard = ShardFor(hash);
        lock (shard.Lock)
        {
            var at = shard.Table.Find(caller, hash);
            Span<QuotaState> states = stackalloc QuotaState[quotas.Length];
            if (at >= 0) shard.Table.States(at).CopyTo(states);
            var allowed = true;
            for (var i = 0; i < quotas.Length; i++)
            {
                states[i] = Advance(algorithm, states[i], quotas[i], now);
                uses[i] = Use(algorithm, states[i], quotas[i], cost, now);
                allowed &= uses[i].Used + cost <= quotas[i].Limit + 1e-9;
            }

            if (!allowed && !countRefused) return false;
            if (at < 0) at = shard.Table.Add(caller, hash, now);
            var longest = TimeSpan.Zero;
            for (var i = 0; i < quotas.Length; i++)
            {
                states[i].Current += cost;
                if (quotas[i].Window > longest) longest = quotas[i].Window;
            }

            states.CopyTo(shard.Table.States(at));
            shard.Table.Keep(at, now + (long)(2 * longest.TotalMilliseconds));
            return allowed;
        }
    }

    private static QuotaState Advance(LimitAlgorithm algorithm, QuotaState state, Quota quota, long now)
    {
        var window = (long)quota.Window.TotalMilliseconds;
        if (algorithm == LimitAlgorithm.TokenBucket)
            return new QuotaState { At = now, Current = Math.Max(0, state.Current - ((now - state.At) * quota.Limit / window)) };
        var number = now / window;
        return state.At == number ? state : new QuotaState { At = number, Previous = state.At == number - 1 ? state.Current : 0 };
    }

    private static QuotaUse Use(LimitAlgorithm algorithm, QuotaState state, Quota quota, double cost, long now)
    {
        var window = (long)quota.Window.TotalMilliseconds;
        var left = window - (now % window);
        return algorithm switch
        {
            LimitAlgorithm.FixedWindow => new QuotaUse(state.Current, TimeSpan.FromMilliseconds(left)),
            LimitAlgorithm.SlidingWindow => new QuotaUse(state.Current + (state.Previous * left / window), TimeSpan.FromMilliseconds(left)),
            _ => new QuotaUse(state.Current, TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, state.Current + cost - quota.Limit) * window / quota.Limit))),
        };
    }

    private Shard ShardFor(ulong hash)
    {
        ref var shard = ref shards[hash >>> (64 - ShardBits)];
        return Volatile.Read(ref shard) ?? Interlocked.CompareExchange(ref shard, new Shard(new QuotaTable(quotaCount, maxSlots)), null) ?? shard;
    }

    private sealed class Shard(QuotaTable table)
    {
        public Lock Lock { get; } = new();

        public QuotaTable Table { get; } = table;
    }
}
