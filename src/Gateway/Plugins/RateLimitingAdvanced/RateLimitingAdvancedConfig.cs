using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.RateLimitingAdvanced;

/// <summary>How many requests a caller may make in windows of any length, and how many at a time.</summary>
internal sealed record RateLimitingAdvancedConfig : IChecked
{
    private const string CountsAreExact = "with strategy redis the server is asked for each request, so that counts are exact";
    private const string OwnMemory = "counts are kept in this process's memory, which has a budget of its own";

    /// <summary>Requests per window, in the order of <see cref="WindowSize"/>; for <c>token-bucket</c> the size of the bucket. Fractions are allowed.</summary>
    [GreaterThan(0), Length(0, 8)]
    public IReadOnlyList<double> Limit { get; init; } = [];

    /// <summary>Seconds that each window lasts; for <c>token-bucket</c> until an empty bucket is full.</summary>
    [Between(0.001, 31_622_400), Length(0, 8)]
    public IReadOnlyList<double> WindowSize { get; init; } = [];

    /// <summary>
    /// How requests are weighed: <c>fixed</c> windows begin at nothing, a <c>sliding</c> one also counts the part of the window before that it still
    /// covers, a <c>token-bucket</c> (Sluice's own) fills up evenly, so that bursts pass and the average holds.
    /// </summary>
    [OneOf("fixed", "sliding", "token-bucket")]
    public string WindowType { get; init; } = "sliding";

    /// <summary>How many requests of a caller may be under way at a time, besides the windows. Counted per node.</summary>
    [Between(1, int.MaxValue), Extension]
    public int? Concurrency { get; init; }

    /// <summary>Whose requests are counted together. Where a request has no such thing, its client address stands in.</summary>
    [OneOf("ip", "credential", "consumer", "service", "header", "path", "consumer-group", "tenant")]
    public string Identifier { get; init; } = "consumer";

    /// <summary>Several of these together, instead of <see cref="Identifier"/>: requests count together when all are the same.</summary>
    [OneOf("ip", "credential", "consumer", "service", "header", "path", "consumer-group", "tenant"), Length(0, 8)]
    public IReadOnlyList<string>? CompoundIdentifier { get; init; }

    /// <summary>The field whose value is the caller, with identifier <c>header</c>.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public string? HeaderName { get; init; }

    /// <summary>The path whose requests are counted together, with identifier <c>path</c>.</summary>
    [Path]
    public string? Path { get; init; }

    /// <summary>Where the counts are kept: <c>local</c> in this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("cluster", "redis", "local"), NoKongDatabase]
    public string Strategy { get; init; } = "local";

    /// <summary>The server of <c>strategy: redis</c>.</summary>
    public AdvancedRedisConfig? Redis { get; init; }

    /// <summary>Middleware that names the same namespace and the same windows counts together; by itself when absent.</summary>
    public string? Namespace { get; init; }

    [NoEffect(CountsAreExact)]
    public double? SyncRate { get; init; }

    [NoEffect(OwnMemory)]
    public string DictionaryName { get; init; } = "kong_rate_limiting_counters";

    [NoEffect(OwnMemory)]
    public string LockDictionaryName { get; init; } = "kong_locks";

    /// <summary>Whether requests that are refused are left out of <c>sliding</c> windows; otherwise only waiting helps.</summary>
    public bool DisablePenalty { get; init; }

    /// <summary>Nothing is refused, and clients are told nothing: what would have been refused is counted in <c>/metrics</c> and named in logs.</summary>
    [Extension]
    public bool Shadow { get; init; }

    /// <summary>Which fields tell clients their limits: Kong's, those of the IETF draft (<c>RateLimit</c> and <c>RateLimit-Policy</c>), or both.</summary>
    [OneOf("kong", "ietf", "both"), Extension]
    public string ClientHeaders { get; init; } = "both";

    /// <summary>Whether the limits and what is left of them are kept from clients.</summary>
    public bool HideClientHeaders { get; init; }

    /// <summary>At most so many seconds are added at random to <c>Retry-After</c>, so that clients do not all come back at once.</summary>
    [Between(0, 86400)]
    public double RetryAfterJitterMax { get; init; }

    /// <summary>The status of refusals.</summary>
    [Between(100, 599)]
    public int ErrorCode { get; init; } = 429;

    /// <summary>The message of refusals.</summary>
    public string ErrorMessage { get; init; } = "API rate limit exceeded";

    [NoEffect("middleware of a consumer group takes the place of the others for its consumers")]
    public bool EnforceConsumerGroups { get; init; }

    [NoEffect("middleware of a consumer group takes the place of the others for its consumers")]
    public IReadOnlyList<string>? ConsumerGroups { get; init; }

    [NoEffect("requests over a limit are refused at once")]
    public RateLimitThrottling? Throttling { get; init; }

    public void Check(Action<string, string> report)
    {
        if (Limit.Count != WindowSize.Count) report("", "You must provide the same number of windows and limits");
        else if (Limit.Count == 0 && Concurrency is null) report("limit", "required field missing");
        IReadOnlyList<string> by = CompoundIdentifier is { Count: > 0 } ? CompoundIdentifier : [Identifier];
        if (by.Contains("header") && HeaderName is null) report("header_name", "required field missing: the identifier is header");
        if (by.Contains("path") && Path is null) report("path", "required field missing: the identifier is path");
        if (Strategy is "redis" && Redis?.Host is null) report("redis.host", "required field missing: strategy is redis");
    }
}

/// <summary>Kong's queue for requests over a limit.</summary>
internal sealed record RateLimitThrottling
{
    public bool Enabled { get; init; }

    public double Interval { get; init; } = 5;

    public double RetryTimes { get; init; } = 3;

    public double QueueLimit { get; init; } = 5;
}

/// <summary>There is no database of Kong's to keep counts in.</summary>
internal sealed class NoKongDatabaseAttribute : RuleAttribute
{
    public override bool OnlyWarns => true;

    public override string? Refuse(string value) =>
        value is "cluster" ? "counts are kept on each node by itself, as with local; redis counts for all nodes" : null;
}
