namespace Sluice.Gateway.Upstreams.Health;

/// <summary>
/// The health of an endpoint. The two middle states tell that reports against the present one have been counted: an endpoint that is
/// <see cref="MostlyHealthy"/> is still chosen, one that is <see cref="MostlyUnhealthy"/> is not.
/// </summary>
public enum HealthStatus { Healthy, MostlyHealthy, MostlyUnhealthy, Unhealthy }

/// <summary>What one probe or one request says about an endpoint.</summary>
internal enum HealthSignal { Success, HttpFailure, TcpFailure, Timeout }

/// <summary>
/// The counters of one endpoint, as Kong's health checker keeps them: each kind of failure is counted by itself, one success forgets all
/// failures, one failure forgets all successes, and reports that agree with a settled state count nothing. Probes and requests share the
/// counters but have limits of their own. Safe from any thread; a success of a healthy endpoint costs one read.
/// </summary>
internal sealed class HealthState
{
    private readonly Lock gate = new();
    private volatile HealthStatus status;
    private int successes, httpFailures, tcpFailures, timeouts;

    public HealthStatus Status => status;

    /// <summary>Whether the endpoint is chosen.</summary>
    public bool IsHealthy => status <= HealthStatus.MostlyHealthy;

    /// <summary>Counts one report.</summary>
    /// <param name="limit">The count at which the health changes; 0 ignores the report.</param>
    /// <returns>The new health when this report changed it between chosen and not chosen; null otherwise.</returns>
    public bool? Report(HealthSignal signal, int limit)
    {
        var success = signal == HealthSignal.Success;
        if (limit == 0 || status == (success ? HealthStatus.Healthy : HealthStatus.Unhealthy)) return null;
        lock (gate)
        {
            var before = status;
            if (before == (success ? HealthStatus.Healthy : HealthStatus.Unhealthy)) return null;
            if (success) httpFailures = tcpFailures = timeouts = 0;
            else successes = 0;

            var count = signal switch
            {
                HealthSignal.Success => ++successes,
                HealthSignal.HttpFailure => ++httpFailures,
                HealthSignal.TcpFailure => ++tcpFailures,
                _ => ++timeouts,
            };
            if (count >= limit) status = success ? HealthStatus.Healthy : HealthStatus.Unhealthy;
            else if (before == HealthStatus.Healthy) status = HealthStatus.MostlyHealthy;
            else if (before == HealthStatus.Unhealthy) status = HealthStatus.MostlyUnhealthy;

            var isHealthy = IsHealthy;
            return isHealthy == before <= HealthStatus.MostlyHealthy ? null : isHealthy;
        }
    }

    /// <summary>Sets the health by hand and forgets the counts.</summary>
    /// <returns>Whether this changed whether the endpoint is chosen.</returns>
    public bool Set(bool healthy)
    {
        lock (gate)
        {
            var changed = IsHealthy != healthy;
            status = healthy ? HealthStatus.Healthy : HealthStatus.Unhealthy;
            successes = httpFailures = tcpFailures = timeouts = 0;
            return changed;
        }
    }
}
