using Sluice.Foundation.Schema;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiProxy;

/// <summary>Which model answers, and how.</summary>
internal sealed record AiProxyConfig : LlmConfig
{
    /// <summary>Whether answers may come in pieces (server-sent events), must not, or always do.</summary>
    [OneOf("allow", "deny", "always")]
    public string ResponseStreaming { get; init; } = "allow";

    /// <summary>The most bytes of a request.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;

    /// <summary>Whether answers name the model in X-Kong-LLM-Model.</summary>
    public bool ModelNameHeader { get; init; } = true;
}
