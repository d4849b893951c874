using System.Globalization;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.RateLimiting;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.ResponseRateLimiting;

/// <summary>How much of what upstreams count a caller may use in fixed windows of time.</summary>
[Shorthand("redis_host", "redis.host")]
[Shorthand("redis_port", "redis.port")]
[Shorthand("redis_username", "redis.username")]
[Shorthand("redis_password", "redis.password")]
[Shorthand("redis_ssl", "redis.ssl")]
[Shorthand("redis_ssl_verify", "redis.ssl_verify")]
[Shorthand("redis_server_name", "redis.server_name")]
[Shorthand("redis_timeout", "redis.timeout")]
[Shorthand("redis_database", "redis.database")]
internal sealed record ResponseRateLimitingConfig : IChecked
{
    /// <summary>The field in which upstreams tell what a response has used: <c>videos=2, images=1</c>. It is not passed on.</summary>
    [HeaderName]
    public string HeaderName { get; init; } = "x-kong-limit";

    /// <summary>Whose responses are counted together. Where a request has no such thing, its client address stands in.</summary>
    [OneOf("consumer", "credential", "ip")]
    public string LimitBy { get; init; } = "consumer";

    /// <summary>Where the counts are kept: <c>local</c> in this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("local", "redis")]
    public string Policy { get; init; } = "local";

    /// <summary>Whether this node's own counts decide while the server of <c>policy: redis</c> is away; otherwise requests get a 500.</summary>
    public bool FaultTolerant { get; init; } = true;

    /// <summary>The server of <c>policy: redis</c>.</summary>
    public RedisConfig Redis { get; init; } = new();

    /// <summary>Whether a request is refused before it is sent upstream as soon as any of the limits is used up.</summary>
    public bool BlockOnFirstViolation { get; init; }

    /// <summary>Whether the limits and what is left in each window are kept from clients.</summary>
    public bool HideClientHeaders { get; init; }

    /// <summary>What is counted, by the name that upstreams tell, and how much of it a caller may use.</summary>
    [Required, Length(1), HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, UsageLimits> Limits { get; init; } = new Dictionary<string, UsageLimits>();

    public void Check(Action<string, string> report)
    {
        if (Policy is "redis" && Redis.Host is null) report("redis.host", "required field missing: policy is redis");
    }
}

/// <summary>How much a caller may use. At least one window must be given, and a longer one no lower limit than a shorter.</summary>
internal sealed record UsageLimits : IChecked
{
    /// <summary>Per second.</summary>
    [GreaterThan(0)]
    public double? Second { get; init; }

    /// <summary>Per minute.</summary>
    [GreaterThan(0)]
    public double? Minute { get; init; }

    /// <summary>Per hour.</summary>
    [GreaterThan(0)]
    public double? Hour { get; init; }

    /// <summary>Per day (UTC).</summary>
    [GreaterThan(0)]
    public double? Day { get; init; }

    /// <summary>Per calendar month (UTC).</summary>
    [GreaterThan(0)]
    public double? Month { get; init; }

    /// <summary>Per calendar year (UTC).</summary>
    [GreaterThan(0)]
    public double? Year { get; init; }

    /// <summary>The limits by window, shortest first; null where there is none.</summary>
    [Ignored]
    public IReadOnlyList<double?> Limits => [Second, Minute, Hour, Day, Month, Year];

    public void Check(Action<string, string> report)
    {
        var limits = Limits;
        if (limits.All(l => l is null)) report("", "at least one of these fields must be non-empty: 'second', 'minute', 'hour', 'day', 'month', 'year'");
        for (var i = 0; i < limits.Count; i++)
            for (var j = i + 1; j < limits.Count; j++)
                if (limits[j] < limits[i])
                    report("", string.Create(CultureInfo.InvariantCulture,
                        $"the limit for {Window.All[j].Name}({limits[j]:F1}) cannot be lower than the limit for {Window.All[i].Name}({limits[i]:F1})"));
    }
}
