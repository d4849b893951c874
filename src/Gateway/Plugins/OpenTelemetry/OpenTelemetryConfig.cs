using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Plugins.OpenTelemetry;

/// <summary>Where spans and logs are sent, which requests are traced, and how traces travel.</summary>
[Shorthand("endpoint", "traces_endpoint")]
internal sealed record OpenTelemetryConfig : IChecked
{
    /// <summary>The URL that receives spans, <c>/v1/traces</c> included.</summary>
    [Secret, EndpointUrl]
    public string? TracesEndpoint { get; init; }

    /// <summary>The URL that receives logs, <c>/v1/logs</c> included.</summary>
    [Secret, EndpointUrl]
    public string? LogsEndpoint { get; init; }

    /// <summary>Further header fields of what is sent.</summary>
    [Secret, HeaderName(OnKeys = true)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>What is said of this gateway; <c>service.name</c> is kong unless it is given here.</summary>
    public IReadOnlyDictionary<string, string>? ResourceAttributes { get; init; }

    /// <summary>How spans and logs wait, are put together and sent again. <c>max_batch_size</c> is 200 unless a queue is given.</summary>
    public QueueConfig Queue { get; init; } = new() { MaxBatchSize = 200 };

    /// <summary>Old name of <c>queue.max_batch_size</c>.</summary>
    public int? BatchSpanCount { get; init; }

    /// <summary>Old name of <c>queue.max_coalescing_delay</c>.</summary>
    public int? BatchFlushDelay { get; init; }

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int ConnectTimeout { get; init; } = 1000;

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int SendTimeout { get; init; } = 5000;

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int ReadTimeout { get; init; } = 5000;

    /// <summary>The response field that shows the trace id.</summary>
    [HeaderName]
    public string? HttpResponseHeaderForTraceid { get; init; }

    /// <summary>Older than <c>propagation</c>.</summary>
    [OneOf("preserve", "ignore", "b3", "b3-single", "w3c", "jaeger", "ot", "aws", "gcp", "datadog")]
    public string? HeaderType { get; init; } = "preserve";

    /// <summary>The part of the requests that is traced, 0 to 1; Kong's setting <c>tracing_sampling_rate</c> where it is absent.</summary>
    [Between(0, 1)]
    public double? SamplingRate { get; init; }

    /// <summary>Whether the caller's "yes" counts as its "no" does, or <c>sampling_rate</c> is asked then.</summary>
    [OneOf("parent_drop_probability_fallback", "parent_probability_fallback")]
    public string SamplingStrategy { get; init; } = "parent_drop_probability_fallback";

    /// <summary>Which header formats are read and written; <c>default_format</c> is w3c.</summary>
    public PropagationConfig Propagation { get; init; } = new();

    public void Check(Action<string, string> report)
    {
        if (TracesEndpoint is null && LogsEndpoint is null) report("", "at least one of these fields must be non-empty: 'traces_endpoint', 'logs_endpoint'");
    }
}
