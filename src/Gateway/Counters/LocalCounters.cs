namespace Sluice.Gateway.Counters;

/// <summary>The same algorithms in this process, for one node and for the time that the shared counts are away. Exact; safe from any thread.</summary>
internal sealed class LocalCounters(TimeProvider time, int maxKeys = 1_000_000)
{
    private const int Shards = 16;

    private readonly Shard[] shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard())];

    /// <summary>How many keys are kept.</summary>
    internal int KeyCount => shards.Sum(s => s.Count);

    /// <summary>Counts <paramref name="cost"/> under all quotas, or under none when one of them does not allow it.</summary>
    /// <param name="key">Whose.</param>
    public CountResult Count(LimitAlgorithm algorithm, string key, ReadOnlySpan<Quota> quotas, double cost)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var shard = shards[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Shards];
        var uses = new QuotaUse[quotas.Length];
        var allowed = true;
        lock (shard)
        {
            if (!shard.TryGetValue(key, out var counters) || counters.States.Length != quotas.Length) counters = new Counters(new State[quotas.Length]);
            for (var i = 0; i < quotas.Length; i++)
            {
                counters.States[i] = Advance(algorithm, counters.States[i], quotas[i], now);
                uses[i] = Use(algorithm, counters.States[i], quotas[i], cost, now);
                allowed &= uses[i].Used + cost <= quotas[i].Limit + 1e-9;
            }

            if (!allowed) return new CountResult(false, false, uses);
            for (var i = 0; i < quotas.Length; i++) counters.States[i].Current += cost;
            counters.ForgottenAt = 0;
            foreach (var quota in quotas) counters.ForgottenAt = Math.Max(counters.ForgottenAt, now + (long)(2 * quota.Window.TotalMilliseconds));
            if (shard.Count >= maxKeys / Shards && !shard.ContainsKey(key)) shard.MakeRoom(now);
            shard[key] = counters;
        }

        return new CountResult(true, false, uses);
    }

    private static State Advance(LimitAlgorithm algorithm, State state, Quota quota, long now)
    {
        var window = (long)quota.Window.TotalMilliseconds;
        if (algorithm == LimitAlgorithm.TokenBucket)
            return new State { At = now, Current = Math.Max(0, state.Current - ((now - state.At) * quota.Limit / window)) };
        var number = now / window;
        return state.At == number ? state : new State { At = number, Previous = state.At == number - 1 ? state.Current : 0 };
    }

    private static QuotaUse Use(LimitAlgorithm algorithm, State state, Quota quota, double cost, long now)
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

    /// <summary>Of one quota. Windows: the number of the running one and the counts of it and the one before. Bucket: when it was looked at and what was used then.</summary>
    private struct State
    {
        public long At;
        public double Current;
        public double Previous;
    }

    private sealed class Counters(State[] states)
    {
        public State[] States { get; } = states;

        public long ForgottenAt { get; set; }
    }

    private sealed class Shard : Dictionary<string, Counters>
    {
        public Shard()
            : base(StringComparer.Ordinal)
        {
        }

        /// <summary>Drops what is over; when that is too little, whoever comes first: someone sends made-up keys.</summary>
        public void MakeRoom(long now)
        {
            foreach (var (key, counters) in this)
                if (counters.ForgottenAt <= now) Remove(key);
            foreach (var key in Keys.Take(Math.Max(1, Count / 16)).ToList()) Remove(key);
        }
    }
}
