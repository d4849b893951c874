using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Retry;

/// <summary>Which failed requests are sent again, how often and when; in place of the service's own <c>retries</c> and <c>retry</c>.</summary>
internal sealed record RetryPluginConfig : IChecked
{
    /// <summary>How many tries a request has in all, the first included.</summary>
    [Between(1, 20)]
    public int Attempts { get; init; } = 3;

    /// <summary>The answers after which a request is sent again.</summary>
    [Between(400, 599)]
    public IReadOnlyList<int> OnStatuses { get; init; } = [502, 503, 504];

    /// <summary>
    /// The failures after which a request is sent again: no connection could be made (then whatever the method), no answer in time, or the
    /// connection broke before the answer.
    /// </summary>
    [OneOf("connect", "timeout", "broken"), Unique]
    public IReadOnlyList<string> OnErrors { get; init; } = ["connect", "timeout", "broken"];

    /// <summary>The methods that may be sent again once the upstream may have seen them. Those that are idempotent, unless you know better.</summary>
    [HttpMethod, Unique]
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"];

    /// <summary>Milliseconds that one try may take until the head of its answer, connecting included; 0 for as long as the service's timeouts say.</summary>
    [Between(0, 600000)]
    public int TryTimeout { get; init; }

    /// <summary>Milliseconds after which no further try begins, from the first one on; 0 for no limit.</summary>
    [Between(0, 3600000)]
    public int TotalTimeout { get; init; }

    /// <summary>How long to wait before each further try.</summary>
    public RetryBackoff Backoff { get; init; } = new();

    /// <summary>How many further tries there may be in all.</summary>
    public RetryBudgetConfig Budget { get; init; } = new();

    /// <summary>Whether a Retry-After of an answer in <see cref="OnStatuses"/> is waited for.</summary>
    public bool HonorRetryAfter { get; init; } = true;

    /// <summary>Seconds: an answer with a longer Retry-After is passed on at once.</summary>
    [Between(0, 300)]
    public double RetryAfterMax { get; init; } = 5;

    /// <summary>Bytes of a request body that are kept for further tries. A body is then read to its end before it is sent; a larger one streams and is sent once.</summary>
    [Between(0, 16777216)]
    public int MaxBody { get; init; } = 65536;

    public void Check(Action<string, string> report)
    {
        if (OnStatuses.Count == 0 && OnErrors.Count == 0) report("", "at least one of on_statuses and on_errors is needed");
        if (Backoff.Max < Backoff.Base) report("backoff.max", $"must not be less than base ({Backoff.Base})");
        if (TotalTimeout > 0 && TryTimeout > TotalTimeout) report("try_timeout", $"must not be more than total_timeout ({TotalTimeout})");
    }
}

/// <summary>The pauses between tries: <c>base</c>, then twice as long each time.</summary>
internal sealed record RetryBackoff
{
    /// <summary>Milliseconds before the second try; 0 for none.</summary>
    [Between(0, 60000)]
    public int Base { get; init; } = 25;

    /// <summary>Milliseconds that a pause is at most.</summary>
    [Between(0, 600000)]
    public int Max { get; init; } = 250;

    /// <summary>What part of a pause chance may take away, 0 to 1, so that clients do not come back together.</summary>
    [Between(0, 1)]
    public double Jitter { get; init; } = 1;
}

/// <summary>Further tries as a share of requests, so that an upstream in trouble is not given the rest by them. Per node.</summary>
internal sealed record RetryBudgetConfig
{
    /// <summary>Further tries per request of the window.</summary>
    [Between(0, 10)]
    public double Ratio { get; init; } = 0.2;

    /// <summary>Further tries per window that are allowed in any case.</summary>
    [Between(0, 100000)]
    public int Min { get; init; } = 10;

    /// <summary>Seconds over which requests and tries are counted.</summary>
    [Between(1, 3600)]
    public int Window { get; init; } = 10;
}
