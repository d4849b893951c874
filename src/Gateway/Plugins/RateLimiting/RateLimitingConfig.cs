using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>How many requests a caller may make in fixed windows of time. At least one window must be given, and a longer one no lower limit than a shorter.</summary>
[Shorthand("redis_host", "redis.host")]
[Shorthand("redis_port", "redis.port")]
[Shorthand("redis_username", "redis.username")]
[Shorthand("redis_password", "redis.password")]
[Shorthand("redis_ssl", "redis.ssl")]
[Shorthand("redis_ssl_verify", "redis.ssl_verify")]
[Shorthand("redis_server_name", "redis.server_name")]
[Shorthand("redis_timeout", "redis.timeout")]
[Shorthand("redis_database", "redis.database")]
internal sealed record RateLimitingConfig : IChecked
{
    /// <summary>Requests per second.</summary>
    public double? Second { get; init; }

    /// <summary>Requests per minute.</summary>
    public double? Minute { get; init; }

    /// <summary>Requests per hour.</summary>
    public double? Hour { get; init; }

    /// <summary>Requests per day (UTC).</summary>
    public double? Day { get; init; }

    /// <summary>Requests per calendar month (UTC).</summary>
    public double? Month { get; init; }

    /// <summary>Requests per calendar year (UTC).</summary>
    public double? Year { get; init; }

    /// <summary>Whose requests are counted together. Where a request has no such thing, its client address stands in.</summary>
    [OneOf("consumer", "credential", "ip", "service", "header", "path")]
    public string LimitBy { get; init; } = "consumer";

    /// <summary>The field whose value is the caller, with <c>limit_by: header</c>.</summary>
    [Pattern("[A-Za-z0-9_-]+", "a header name of A-Z, a-z, 0-9, _ and -")]
    public string? HeaderName { get; init; }

    /// <summary>The path whose requests are counted together, with <c>limit_by: path</c>.</summary>
    [Path]
    public string? Path { get; init; }

    /// <summary>Where the counts are kept: <c>local</c> in this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("local", "redis")]
    public string Policy { get; init; } = "local";

    /// <summary>Whether this node's own counts decide while the server of <c>policy: redis</c> is away; otherwise requests get a 500.</summary>
    public bool FaultTolerant { get; init; } = true;

    /// <summary>The server of <c>policy: redis</c>.</summary>
    public RedisConfig Redis { get; init; } = new();

    /// <summary>Whether the limits and what is left of them are kept from clients.</summary>
    public bool HideClientHeaders { get; init; }

    /// <summary>The status of refusals.</summary>
    [Between(100, 599)]
    public int ErrorCode { get; init; } = 429;

    /// <summary>The message of refusals.</summary>
    public string ErrorMessage { get; init; } = "API rate limit exceeded";

    /// <summary>Seconds between two exchanges of counts with the server of <c>policy: redis</c>; -1 to ask it for each request.</summary>
    public double SyncRate { get; init; } = -1;

    /// <summary>The limits by window, shortest first; null where there is none.</summary>
    [Ignored]
    public IReadOnlyList<double?> Limits => [Second, Minute, Hour, Day, Month, Year];

    public void Check(Action<string, string> report)
    {
        var limits = Limits;
        if (limits.All(l => l is null)) report("", "at least one of these fields must be non-empty: 'config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'");
        for (var i = 0; i < limits.Count; i++)
        {
            var name = Window.All[i].Name;
            if (limits[i] <= 0) report(name, "value must be greater than 0");
            for (var j = i + 1; j < limits.Count; j++)
                if (limits[j] < limits[i])
                    report("", string.Create(CultureInfo.InvariantCulture,
                        $"The limit for {Window.All[j].Name}({limits[j]:F1}) cannot be lower than the limit for {name}({limits[i]:F1})"));
        }

        if (LimitBy is "header" && HeaderName is null) report("header_name", "required field missing: limit_by is header");
        if (LimitBy is "path" && Path is null) report("path", "required field missing: limit_by is path");
        if (Policy is "redis")
        {
            if (Redis.Host is null) report("redis.host", "required field missing: policy is redis");
            if (SyncRate is not -1 and (< 0.02 or > 86400)) report("sync_rate", "expected -1, or seconds between 0.02 and 86400");
        }
        else if (SyncRate is not -1) report("sync_rate", "sync_rate can only be used with the redis policy");
    }
}
