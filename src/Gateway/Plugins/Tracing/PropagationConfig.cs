using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;

namespace Sluice.Gateway.Plugins.Tracing;

/// <summary>Which header formats a trace is read from and written in.</summary>
internal sealed record PropagationConfig
{
    /// <summary>Formats read from requests; the first one that is there counts. Absent: every request begins a trace.</summary>
    [OneOf("w3c", "b3", "jaeger", "ot", "datadog", "aws", "gcp")]
    public IReadOnlyList<string>? Extract { get; init; }

    /// <summary>Header fields taken out of requests after that.</summary>
    [HeaderName]
    public IReadOnlyList<string>? Clear { get; init; }

    /// <summary>Formats written for the upstream; <c>preserve</c> is the one that was read. Absent: none.</summary>
    [OneOf("preserve", "w3c", "b3", "b3-single", "jaeger", "ot", "datadog", "aws", "gcp")]
    public IReadOnlyList<string>? Inject { get; init; }

    /// <summary>What <c>preserve</c> means for requests without a trace. Each plugin has its own default.</summary>
    [OneOf("w3c", "b3", "b3-single", "jaeger", "ot", "datadog", "aws", "gcp")]
    public string? DefaultFormat { get; init; }
}
