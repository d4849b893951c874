using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Counters;

/// <summary>How often limits were asked and what they said, for <c>/metrics</c>.</summary>
internal sealed class LimitDecisions : IMetricsSource
{
    private const int Passed = 0;
    private const int Refused = 1;
    private const int Away = 2;
    private const int Shadow = 3;

    private readonly StripedCounters counts = new(4);

    /// <summary>Notes what came of a check.</summary>
    public void Note(int stripe, bool refused) => counts.Add(stripe, refused ? Refused : Passed, 1);

    /// <summary>Notes that a check was held against this node's own counts because the shared ones were away.</summary>
    public void NoteAway(int stripe) => counts.Add(stripe, Away, 1);

    /// <summary>Notes a request that passed only because its limit does not refuse yet.</summary>
    public void NoteShadow(int stripe) => counts.Add(stripe, Shadow, 1);

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_rate_limit_checks_total", "counter", "Requests held against a rate limit.")
            .Part("gateway_rate_limit_checks_total", counts.Sum(Passed) + counts.Sum(Refused) + counts.Sum(Shadow));
        text.Family("gateway_rate_limited_total", "counter", "Requests refused because a rate limit was used up.")
            .Part("gateway_rate_limited_total", counts.Sum(Refused));
        text.Family("gateway_rate_limit_shadow_total", "counter", "Requests that a rate limit in shadow mode would have refused.")
            .Part("gateway_rate_limit_shadow_total", counts.Sum(Shadow));
        SharedCounters.CountedHere(text, counts.Sum(Away));
    }
}
