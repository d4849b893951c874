using System.Collections.Concurrent;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Authorization;

/// <summary>How often plugins that guard routes let requests pass or not.</summary>
internal sealed class GuardDecisions : IMetricsSource
{
    private const string Name = "gateway_guard_decisions_total";

    private readonly ConcurrentDictionary<(string Plugin, string Outcome), DecisionCount> counts = new();

    public static GuardDecisions For(PluginSetup setup) => setup.Shared.Get(nameof(GuardDecisions), setup.Snapshot.Lease, static () => new GuardDecisions());

    /// <summary>A counter, to be had once and kept.</summary>
    /// <param name="plugin">Its name.</param>
    /// <param name="outcome">One of a few words: <c>allowed</c>, <c>denied</c>, <c>would_deny</c> (dry mode), <c>failed</c>.</param>
    public DecisionCount Of(string plugin, string outcome) => counts.GetOrAdd((plugin, outcome), static _ => new DecisionCount());

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        text.Family(Name, "counter", "Decisions of plugins that guard routes: allowed, denied, would_deny (dry mode), failed (whoever decides was not to be had).");
        foreach (var ((plugin, outcome), count) in counts)
            text.Sample(Name, count.Value, ("plugin", plugin), ("outcome", outcome));
    }
}

/// <summary>A count that many threads add to.</summary>
internal sealed class DecisionCount
{
    private long value;

    public long Value => Volatile.Read(ref value);

    public void Add() => Interlocked.Increment(ref value);
}
