using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Retry;

/// <summary>What came of tries that failed, for <c>/metrics</c>.</summary>
internal sealed class RetryCounts(string middleware) : IMetricsSource
{
    private readonly StripedCounters counts = new(5);

    public void Note(int stripe, RetryDecision decision) => counts.Add(stripe, (int)decision, 1);

    public long Of(RetryDecision decision) => counts.Sum((int)decision);

    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime)
    {
        text.Family("gateway_retry_decisions_total", "counter", "Failed tries of the retry plugin by what followed: another try, or why there was none.");
        foreach (var decision in Enum.GetValues<RetryDecision>())
            text.Part("gateway_retry_decisions_total", counts.Sum((int)decision), ("middleware", middleware), ("decision", Name(decision)));
    }

    private static string Name(RetryDecision decision) => decision switch
    {
        RetryDecision.Retried => "retried",
        RetryDecision.NoAttempts => "no_attempts",
        RetryDecision.NoBudget => "no_budget",
        RetryDecision.NotRetryable => "not_retryable",
        _ => "too_late",
    };
}

/// <summary>What follows a failed try.</summary>
internal enum RetryDecision
{
    /// <summary>Another try.</summary>
    Retried,

    /// <summary>It was the last one.</summary>
    NoAttempts,

    /// <summary>Too many tries of late.</summary>
    NoBudget,

    /// <summary>The method or the kind of failure is not to be repeated.</summary>
    NotRetryable,

    /// <summary>The time for all tries is over, or the upstream wants to be left alone for longer than anybody waits.</summary>
    TooLate,
}
