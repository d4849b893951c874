using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;

namespace Sluice.Gateway.Plugins.Statsd;

/// <summary>What is measured, how it is named, and where it is sent.</summary>
internal sealed record StatsdConfig
{
    /// <summary>The name or address of the server.</summary>
    [Host]
    public string Host { get; init; } = "localhost";

    [Between(0, 65535)]
    public int Port { get; init; } = 8125;

    /// <summary>What every name begins with.</summary>
    public string Prefix { get; init; } = "kong";

    /// <summary>What is measured.</summary>
    public IReadOnlyList<StatsdMetricConfig> Metrics { get; init; } =
    [
        new() { Name = "request_count", StatType = "counter", SampleRate = 1 },
        new() { Name = "latency", StatType = "timer" },
        new() { Name = "request_size", StatType = "counter", SampleRate = 1 },
        new() { Name = "status_count", StatType = "counter", SampleRate = 1 },
        new() { Name = "response_size", StatType = "counter", SampleRate = 1 },
        new() { Name = "unique_users", StatType = "set" },
        new() { Name = "request_per_user", StatType = "counter", SampleRate = 1 },
        new() { Name = "upstream_latency", StatType = "timer" },
        new() { Name = "kong_latency", StatType = "timer" },
        new() { Name = "status_count_per_user", StatType = "counter", SampleRate = 1 },
        new() { Name = "status_count_per_workspace", StatType = "counter", SampleRate = 1 },
        new() { Name = "status_count_per_user_per_route", StatType = "counter", SampleRate = 1 },
        new() { Name = "shdict_usage", StatType = "gauge", SampleRate = 1 },
    ];

    /// <summary>Ranges of statuses, as <c>200-299</c>: only requests with one of them are measured. Absent for all.</summary>
    [Pattern("[0-9]+-[0-9]+", "a range of statuses such as 200-299")]
    public IReadOnlyList<string>? AllowStatusCodes { get; init; }

    /// <summary>Bytes up to which metrics share a datagram; 0 for one datagram each.</summary>
    [Between(0, 65507)]
    public double UdpPacketSize { get; init; }

    /// <summary>Whether to send over TCP instead of UDP.</summary>
    public bool UseTcp { get; init; }

    /// <summary>Whether <c>.node.</c> and the name of this machine follow the prefix.</summary>
    public bool HostnameInPrefix { get; init; }

    /// <summary>How consumers are named where a metric does not say.</summary>
    [OneOf("consumer_id", "custom_id", "username")]
    public string ConsumerIdentifierDefault { get; init; } = "custom_id";

    /// <summary>How services are named where a metric does not say.</summary>
    [OneOf("service_id", "service_name", "service_host", "service_name_or_host")]
    public string ServiceIdentifierDefault { get; init; } = "service_name_or_host";

    /// <summary>How workspaces are named where a metric does not say.</summary>
    [OneOf("workspace_id", "workspace_name")]
    public string WorkspaceIdentifierDefault { get; init; } = "workspace_id";

    [NoEffect("queue.max_retry_time says how long a batch is tried")]
    public int? RetryCount { get; init; }

    /// <summary>Old name of <c>queue.max_batch_size</c>.</summary>
    public int? QueueSize { get; init; }

    /// <summary>Old name of <c>queue.max_coalescing_delay</c>.</summary>
    public double? FlushTimeout { get; init; }

    /// <summary>How tags are written; without it there are none, and names hold the service instead.</summary>
    [OneOf("dogstatsd", "influxdb", "librato", "signalfx")]
    public string? TagStyle { get; init; }

    /// <summary>How metrics wait, are put together and sent again.</summary>
    public QueueConfig Queue { get; init; } = new();
}

/// <summary>One metric.</summary>
internal sealed record StatsdMetricConfig : IChecked
{
    [Required, OneOf("kong_latency", "latency", "request_count", "request_per_user", "request_size", "response_size", "status_count",
        "status_count_per_user", "unique_users", "upstream_latency", "status_count_per_workspace", "status_count_per_user_per_route", "shdict_usage")]
    public string Name { get; init; } = "";

    /// <summary>What StatsD makes of the values. Counts of users and statuses are always sets and counters.</summary>
    [Required, OneOf("counter", "gauge", "histogram", "meter", "set", "timer")]
    public string StatType { get; init; } = "";

    /// <summary>The rate that StatsD is told; every request is sent all the same. Needed for counters and gauges.</summary>
    [GreaterThan(0)]
    public double? SampleRate { get; init; }

    [OneOf("consumer_id", "custom_id", "username")]
    public string? ConsumerIdentifier { get; init; }

    [OneOf("service_id", "service_name", "service_host", "service_name_or_host")]
    public string? ServiceIdentifier { get; init; }

    [OneOf("workspace_id", "workspace_name")]
    public string? WorkspaceIdentifier { get; init; }

    public void Check(Action<string, string> report)
    {
        if (StatType is "counter" or "gauge" && SampleRate is null) report("sample_rate", "required field missing");
    }
}
