using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Datadog;

/// <summary>What is measured, how it is tagged, and where it is sent.</summary>
internal sealed record DatadogConfig
{
    /// <summary>The name or address of the Datadog agent.</summary>
    [Host]
    public string Host { get; init; } = "localhost";

    [Between(0, 65535)]
    public int Port { get; init; } = 8125;

    /// <summary>What every name begins with.</summary>
    public string Prefix { get; init; } = "kong";

    /// <summary>The tag that carries the service.</summary>
    public string ServiceNameTag { get; init; } = "name";

    /// <summary>The tag that carries the status.</summary>
    public string StatusTag { get; init; } = "status";

    /// <summary>The tag that carries the consumer.</summary>
    public string ConsumerTag { get; init; } = "consumer";

    [NoEffect("queue.max_retry_time says how long a batch is tried")]
    public int? RetryCount { get; init; }

    /// <summary>Old name of <c>queue.max_batch_size</c>.</summary>
    public int? QueueSize { get; init; }

    /// <summary>Old name of <c>queue.max_coalescing_delay</c>.</summary>
    public double? FlushTimeout { get; init; }

    /// <summary>How metrics wait, are put together and sent again.</summary>
    public QueueConfig Queue { get; init; } = new();

    /// <summary>What is measured.</summary>
    public IReadOnlyList<DatadogMetricConfig> Metrics { get; init; } =
    [
        new() { Name = "request_count", StatType = "counter", SampleRate = 1, Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
        new() { Name = "latency", StatType = "timer", Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
        new() { Name = "request_size", StatType = "timer", Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
        new() { Name = "response_size", StatType = "timer", Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
        new() { Name = "upstream_latency", StatType = "timer", Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
        new() { Name = "kong_latency", StatType = "timer", Tags = ["app:kong"], ConsumerIdentifier = "custom_id" },
    ];
}

/// <summary>One metric.</summary>
internal sealed record DatadogMetricConfig : IChecked
{
    [Required, OneOf("kong_latency", "latency", "request_count", "request_size", "response_size", "upstream_latency")]
    public string Name { get; init; } = "";

    /// <summary>What Datadog makes of the values.</summary>
    [Required, OneOf("counter", "gauge", "histogram", "meter", "set", "timer", "distribution")]
    public string StatType { get; init; } = "";

    /// <summary>Further tags, as <c>name:value</c>.</summary>
    [Pattern("(?s).*[^:]", "a tag that does not end in a colon")]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The rate that Datadog is told; every request is sent all the same. Needed for counters and gauges.</summary>
    [Between(0, 1)]
    public double? SampleRate { get; init; }

    /// <summary>How consumers are named; without it they are not.</summary>
    [OneOf("consumer_id", "custom_id", "username")]
    public string? ConsumerIdentifier { get; init; }

    public void Check(Action<string, string> report)
    {
        if (StatType is "counter" or "gauge" && SampleRate is null) report("sample_rate", "required field missing");
    }
}
