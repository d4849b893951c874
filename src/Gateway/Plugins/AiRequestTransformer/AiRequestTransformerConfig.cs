using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.AiRequestTransformer;

/// <summary>Which model changes messages, and how it is told to.</summary>
internal record AiRequestTransformerConfig : IChecked
{
    /// <summary>What the model is told to do with the body.</summary>
    [Required]
    public string Prompt { get; init; } = "";

    /// <summary>A regular expression whose first match in the answer is taken; without a match it is a failure.</summary>
    public string? TransformationExtractPattern { get; init; }

    /// <summary>Milliseconds for asking the model.</summary>
    public int HttpTimeout { get; init; } = 60000;

    /// <summary>Whether the model's server is verified.</summary>
    public bool HttpsVerify { get; init; } = true;

    /// <summary>The most bytes of a body.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;

    /// <summary>A proxy for asking over HTTP.</summary>
    [Host]
    public string? HttpProxyHost { get; init; }

    [Between(0, 65535)]
    public int? HttpProxyPort { get; init; }

    /// <summary>A proxy for asking over HTTPS.</summary>
    [Host]
    public string? HttpsProxyHost { get; init; }

    [Between(0, 65535)]
    public int? HttpsProxyPort { get; init; }

    /// <summary>The model.</summary>
    [Required]
    public LlmConfig Llm { get; init; } = new();

    public void Check(Action<string, string> report)
    {
        if (HttpProxyHost is null != HttpProxyPort is null) report("", "all or none of these fields must be set: 'http_proxy_host', 'http_proxy_port'");
        if (HttpsProxyHost is null != HttpsProxyPort is null) report("", "all or none of these fields must be set: 'https_proxy_host', 'https_proxy_port'");
        if (Llm.RouteType is not ("" or "llm/v1/chat")) report("llm.route_type", "value must be llm/v1/chat");
    }

    /// <summary>How the model is called.</summary>
    public HttpCallerSettings Calls => new()
    {
        Timeout = TimeSpan.FromMilliseconds(Math.Max(1, HttpTimeout)),
        Verify = HttpsVerify,
        Proxy = HttpsProxyHost is not null ? $"http://{HttpsProxyHost}:{HttpsProxyPort}" : HttpProxyHost is not null ? $"http://{HttpProxyHost}:{HttpProxyPort}" : null,
    };
}
