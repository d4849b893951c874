using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiProxyAdvanced;

/// <summary>Chooses among models. Used by many requests at once.</summary>
internal sealed class AiBalancer(AiBalancerConfig config, IReadOnlyList<AiTargetConfig> targets, TimeProvider time)
{
    /// <summary>Latencies fade, so that a model that was slow is tried again.</summary>
    private static readonly TimeSpan LatencyFades = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan UsageFades = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly State[] states = [.. targets.Select(t => new State(t.Weight, BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{t.Model.Provider}/{t.Model.Name}/{t.Model.Options?.UpstreamUrl}")))))];

    /// <summary>The model to ask.</summary>
    /// <param name="may">Which may be asked at all, and have not been yet.</param>
    /// <param name="key">What <c>consistent-hashing</c> goes by; null for a request that has no such field.</param>
    /// <returns>Its index; -1 when none may.</returns>
    public int Pick(ReadOnlySpan<bool> may, string? key)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            Span<int> candidates = stackalloc int[targets.Count];
            var count = 0;

            // Those that keep failing only when there are no others.
            foreach (var aside in (ReadOnlySpan<bool>)[false, true])
            {
                for (var i = 0; i < states.Length; i++)
                    if (may[i] && states[i].AsideUntil > now == aside) candidates[count++] = i;
                if (count > 0) break;
            }

            return count == 0 ? -1 : Choose(candidates[..count], key, now);
        }
    }

    /// <summary>A model has answered.</summary>
    public void Used(int at, LlmUsage used)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var state = states[at];
            state.Fails = 0;
            var latency = used.Waited.TotalMilliseconds / (config.LatencyStrategy == "tpot" ? Math.Max(1, used.Completion) : 1);
            var weight = Math.Exp(-(now - state.LatencyAt) / LatencyFades);
            state.Latency = state.LatencyAt == default ? latency : (state.Latency * weight) + (latency * (1 - weight));
            state.LatencyAt = now;
            state.Usage = UsageAt(state, now) + (config.TokensCountStrategy switch
            {
                "prompt-tokens" => used.Prompt,
                "completion-tokens" => used.Completion,
                "cost" => used.Cost,
                _ => used.Total,
            });
            state.UsageAt = now;
        }
    }

    /// <summary>A model has failed.</summary>
    public void Failed(int at)
    {
        if (config.MaxFails == 0) return;
        lock (gate)
        {
            var now = time.GetUtcNow();
            var state = states[at];
            var span = TimeSpan.FromMilliseconds(config.FailTimeout);
            if (now - state.FirstFail > span) (state.FirstFail, state.Fails) = (now, 0);
            if (++state.Fails < config.MaxFails) return;
            state.Fails = 0;
            state.AsideUntil = now + span;
        }
    }

    private int Choose(ReadOnlySpan<int> candidates, string? key, DateTimeOffset now)
    {
        switch (config.Algorithm)
        {
            case "lowest-latency":
                return Least(candidates, s => s.LatencyAt == default ? 0 : s.Latency * Math.Exp(-(now - s.LatencyAt) / LatencyFades));
            case "lowest-usage":
                return Least(candidates, s => UsageAt(s, now) / s.Weight);
            case "consistent-hashing" when key is not null:
                // Rendezvous hashing by weight: only requests of a model that is gone go elsewhere.
                var hash = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
                return Least(candidates, s => -Math.Log(Fraction(Mix(hash ^ s.Hash))) / s.Weight);
            case "priority":
                var top = 0;
                foreach (var i in candidates) top = Math.Max(top, states[i].Weight);
                Span<int> group = stackalloc int[candidates.Length];
                var count = 0;
                foreach (var i in candidates)
                    if (states[i].Weight == top) group[count++] = i;
                return InTurn(group[..count]);
            default:
                return InTurn(candidates);
        }
    }

    /// <summary>nginx's smooth weighted round robin.</summary>
    private int InTurn(ReadOnlySpan<int> candidates)
    {
        var (best, total) = (candidates[0], 0L);
        foreach (var i in candidates)
        {
            total += states[i].Weight;
            states[i].Turn += states[i].Weight;
            if (states[i].Turn > states[best].Turn) best = i;
        }

        states[best].Turn -= total;
        return best;
    }

    private int Least(ReadOnlySpan<int> candidates, Func<State, double> measure)
    {
        var (best, least) = (candidates[0], double.MaxValue);
        foreach (var i in candidates)
            if (measure(states[i]) is var measured && measured < least) (best, least) = (i, measured);
        return best;
    }

    private static double UsageAt(State state, DateTimeOffset now) => state.Usage * Math.Exp(-(now - state.UsageAt) / UsageFades);

    private static double Fraction(ulong hash) => ((hash >> 11) + 0.5) / (1UL << 53);

    /// <summary>The finaliser of SplitMix64.</summary>
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private sealed class State(int weight, ulong hash)
    {
        public int Weight { get; } = weight;

        public ulong Hash { get; } = hash;

        /// <summary>How much it is its turn.</summary>
        public long Turn { get; set; }

        public double Latency { get; set; }

        public DateTimeOffset LatencyAt { get; set; }

        public double Usage { get; set; }

        public DateTimeOffset UsageAt { get; set; }

        public int Fails { get; set; }

        public DateTimeOffset FirstFail { get; set; }

        public DateTimeOffset AsideUntil { get; set; }
    }
}
