using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.FaultInjection;

/// <summary>How many requests were made slow and how many failed on purpose, for <c>/metrics</c>.</summary>
internal sealed class InjectedFaults : IMetricsSource
{
    private readonly StripedCounters counts = new(3);

    public void Delayed(int stripe) => counts.Add(stripe, 0, 1);

    public void Aborted(int stripe) => counts.Add(stripe, 1, 1);

    /// <summary>A request was to wait, but too many did.</summary>
    public void Spared(int stripe) => counts.Add(stripe, 2, 1);

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) =>
        text.Family("gateway_injected_faults_total", "counter", "Requests that fault-injection delayed, aborted, or spared because too many were waiting.")
            .Part("gateway_injected_faults_total", counts.Sum(0), ("fault", "delay"))
            .Part("gateway_injected_faults_total", counts.Sum(1), ("fault", "abort"))
            .Part("gateway_injected_faults_total", counts.Sum(2), ("fault", "spared"));
}
