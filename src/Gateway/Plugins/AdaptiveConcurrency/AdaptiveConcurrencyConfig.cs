using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.AdaptiveConcurrency;

/// <summary>How the limit of requests under way follows the latency of upstreams, and whom it refuses first.</summary>
internal sealed record AdaptiveConcurrencyConfig : IChecked
{
    /// <summary>What has a limit of its own: each service, each route, or all that this middleware concerns together.</summary>
    [OneOf("service", "route", "middleware")]
    public string Per { get; init; } = "service";

    /// <summary>Requests under way at the start.</summary>
    [Between(1, 100000)]
    public int InitialLimit { get; init; } = 20;

    /// <summary>The limit never falls below this.</summary>
    [Between(1, 100000)]
    public int MinLimit { get; init; } = 5;

    /// <summary>The limit never rises above this.</summary>
    [Between(1, 100000)]
    public int MaxLimit { get; init; } = 1000;

    /// <summary>By what factor the latency may exceed the usual one before the limit falls.</summary>
    [Between(1, 10)]
    public double Tolerance { get; init; } = 1.5;

    /// <summary>How far a measurement moves the limit, 0 to 1.</summary>
    [Between(0.01, 1)]
    public double Smoothing { get; init; } = 0.2;

    /// <summary>Requests that may queue at the upstream: by so many the limit tries to grow while latency is as usual.</summary>
    [Between(1, 1000)]
    public int Queue { get; init; } = 4;

    /// <summary>Milliseconds that a measurement takes at least; a limit changes once per measurement.</summary>
    [Between(10, 60000)]
    public int Window { get; init; } = 100;

    /// <summary>How many answers a measurement has at least.</summary>
    [Between(1, 10000)]
    public int MinSamples { get; init; } = 10;

    /// <summary>Seconds over which the usual latency is averaged.</summary>
    [Between(1, 86400)]
    public int LongWindow { get; init; } = 60;

    /// <summary>What a measurement with a sign of overload multiplies the limit by: a timeout, or an answer in <see cref="OverloadStatuses"/>.</summary>
    [Between(0.1, 0.99)]
    public double Backoff { get; init; } = 0.9;

    /// <summary>Answers of an upstream that say that it is overloaded.</summary>
    [Between(400, 599)]
    public IReadOnlyList<int> OverloadStatuses { get; init; } = [429, 503];

    /// <summary>What share of the limit the consumers of a group may fill, by the group's name, above 0 to 1; of several groups the largest counts.</summary>
    [GreaterThan(0), Between(0, 1)]
    public IReadOnlyDictionary<string, double> Priorities { get; init; } = new Dictionary<string, double>();

    /// <summary>What share of the limit everybody else may fill.</summary>
    [GreaterThan(0), Between(0, 1)]
    public double DefaultPriority { get; init; } = 1;

    /// <summary>The status of refusals.</summary>
    [Between(400, 599)]
    public int StatusCode { get; init; } = 503;

    /// <summary>The message of refusals.</summary>
    public string Message { get; init; } = "the service is overloaded, try again later";

    /// <summary>Seconds after which clients are told to try again.</summary>
    [Between(0, 3600)]
    public int RetryAfter { get; init; } = 1;

    /// <summary>At most so many seconds are added at random, so that clients do not all come back at once.</summary>
    [Between(0, 60)]
    public int RetryAfterJitter { get; init; } = 2;

    public void Check(Action<string, string> report)
    {
        if (MinLimit > MaxLimit) report("min_limit", $"must not be more than max_limit ({MaxLimit})");
        else if (InitialLimit < MinLimit || InitialLimit > MaxLimit) report("initial_limit", $"must be from min_limit to max_limit ({MinLimit} to {MaxLimit})");
        foreach (var (group, share) in Priorities)
            if (share is not (> 0 and <= 1)) report($"priorities.{group}", "must be above 0 and at most 1");
    }
}
