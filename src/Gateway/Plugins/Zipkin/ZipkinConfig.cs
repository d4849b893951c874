using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Logging;
using Sluice.Gateway.Plugins.Tracing;

namespace Sluice.Gateway.Plugins.Zipkin;

/// <summary>Which requests are traced, how traces travel, and where spans are sent.</summary>
internal sealed record ZipkinConfig : IChecked
{
    /// <summary>The name of this gateway in Zipkin.</summary>
    public string LocalServiceName { get; init; } = "kong";

    /// <summary>The URL that receives spans; without it, traces are only passed on.</summary>
    [Secret, EndpointUrl]
    public string? HttpEndpoint { get; init; }

    /// <summary>The part of the requests that is traced where nobody has decided before: 0 for none, 1 for all.</summary>
    [Between(0, 1)]
    public double SampleRatio { get; init; } = 0.001;

    /// <summary>What spans say of a service without a name.</summary>
    public string? DefaultServiceName { get; init; }

    /// <summary>Whether spans tell the id of the credential.</summary>
    public bool IncludeCredential { get; init; } = true;

    /// <summary>The bytes of trace ids that are made here.</summary>
    [OneOfNumbers(8, 16)]
    public int TraceidByteCount { get; init; } = 16;

    /// <summary>Older than <c>propagation</c>.</summary>
    [OneOf("preserve", "ignore", "b3", "b3-single", "w3c", "jaeger", "ot", "aws", "datadog", "gcp")]
    public string? HeaderType { get; init; } = "preserve";

    /// <summary>Older than <c>propagation.default_format</c>.</summary>
    [OneOf("b3", "b3-single", "w3c", "jaeger", "ot", "aws", "datadog", "gcp")]
    public string? DefaultHeaderType { get; init; } = "b3";

    /// <summary>The request field that carries tags: <c>name=value; name=value</c>.</summary>
    public string TagsHeader { get; init; } = "Zipkin-Tags";

    /// <summary>Tags of every request's span.</summary>
    public IReadOnlyList<ZipkinTag>? StaticTags { get; init; }

    /// <summary>Whether spans are named after the method, or after method and path.</summary>
    [OneOf("method", "method_path")]
    public string HttpSpanName { get; init; } = "method";

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int ConnectTimeout { get; init; } = 2000;

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int SendTimeout { get; init; } = 5000;

    /// <summary>Milliseconds.</summary>
    [Between(0, 2147483646)]
    public int ReadTimeout { get; init; } = 5000;

    /// <summary>The response field that shows the trace id.</summary>
    [HeaderName]
    public string? HttpResponseHeaderForTraceid { get; init; }

    /// <summary>Whether the times of the phases are annotations or tags.</summary>
    [OneOf("annotations", "tags")]
    public string PhaseDurationFlavor { get; init; } = "annotations";

    /// <summary>How spans wait, are put together and sent again.</summary>
    public QueueConfig Queue { get; init; } = new();

    /// <summary>Which header formats are read and written; <c>default_format</c> is b3.</summary>
    public PropagationConfig Propagation { get; init; } = new();

    public void Check(Action<string, string> report)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in StaticTags ?? [])
            if (!names.Add(tag.Name))
                report("static_tags", $"repeated tags are not allowed: {tag.Name}");
    }
}

/// <summary>A tag.</summary>
internal sealed record ZipkinTag : IChecked
{
    private static readonly HashSet<string> Protected = new(StringComparer.Ordinal)
    {
        "error", "http.method", "http.path", "http.status_code", "kong.balancer.state", "kong.balancer.try", "kong.consumer", "kong.credential",
        "kong.node.id", "kong.route", "kong.service", "lc", "peer.hostname",
    };

    [Required]
    public string Name { get; init; } = "";

    [Required]
    public string Value { get; init; } = "";

    public void Check(Action<string, string> report)
    {
        if (Protected.Contains(Name)) report("name", $"must not be one of: {string.Join(", ", Protected)}");
    }
}
