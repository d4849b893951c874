using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Rules;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiProxyAdvanced;

/// <summary>Which models answer, and how they share the work.</summary>
internal sealed record AiProxyAdvancedConfig : IChecked
{
    /// <summary>The models.</summary>
    [Required, Length(1, 100)]
    public IReadOnlyList<AiTargetConfig> Targets { get; init; } = [];

    public AiBalancerConfig Balancer { get; init; } = new();

    /// <summary>Whether answers may come in pieces (server-sent events), must not, or always do.</summary>
    [OneOf("allow", "deny", "always")]
    public string ResponseStreaming { get; init; } = "allow";

    /// <summary>The most bytes of a request.</summary>
    [GreaterThan(0)]
    public int MaxRequestBodySize { get; init; } = 8192;

    /// <summary>Whether answers name the model in X-Kong-LLM-Model.</summary>
    public bool ModelNameHeader { get; init; } = true;

    public void Check(Action<string, string> report)
    {
        if (Targets.Select(t => t.RouteType).Distinct().Count() > 1) report("targets", "all targets must have the same route_type");
    }
}

/// <summary>A model and its share.</summary>
internal sealed record AiTargetConfig : LlmConfig
{
    /// <summary>Its share of the requests; with <c>priority</c> its rank, of which the highest is asked first.</summary>
    [Between(1, 65535)]
    public int Weight { get; init; } = 100;

    /// <summary>For people.</summary>
    public string? Description { get; init; }
}

/// <summary>Which model is asked first, and which when one fails.</summary>
internal sealed record AiBalancerConfig
{
    private const string OneTimeout = "read_timeout is for a whole try, connecting and sending included";

    /// <summary>
    /// <c>round-robin</c>: by weight. <c>priority</c>: those of the greatest weight, others only when these fail. <c>lowest-latency</c>: the quickest of late.
    /// <c>lowest-usage</c>: the one least used of late, by weight. <c>consistent-hashing</c>: the same for the same value of a header field.
    /// </summary>
    [OneOf("round-robin", "priority", "lowest-latency", "lowest-usage", "consistent-hashing")]
    public string Algorithm { get; init; } = "round-robin";

    /// <summary>What is used, for <c>lowest-usage</c>.</summary>
    [OneOf("total-tokens", "prompt-tokens", "completion-tokens", "cost")]
    public string TokensCountStrategy { get; init; } = "total-tokens";

    /// <summary>What is slow, for <c>lowest-latency</c>: the time for each token of an answer, or the whole time.</summary>
    [OneOf("tpot", "e2e")]
    public string LatencyStrategy { get; init; } = "tpot";

    /// <summary>The field of <c>consistent-hashing</c>.</summary>
    [HeaderName]
    public string HashOnHeader { get; init; } = "X-Kong-LLM-Request-ID";

    [Between(10, 65536), NoEffect("requests are spread without slots")]
    public int Slots { get; init; } = 10000;

    /// <summary>How many further tries there are when one fails.</summary>
    [Between(0, 32767)]
    public int Retries { get; init; } = 5;

    [Between(1, 2147483646), NoEffect(OneTimeout)]
    public int ConnectTimeout { get; init; } = 60000;

    [Between(1, 2147483646), NoEffect(OneTimeout)]
    public int WriteTimeout { get; init; } = 60000;

    /// <summary>Milliseconds that a model may be silent.</summary>
    [Between(1, 2147483646)]
    public int ReadTimeout { get; init; } = 60000;

    /// <summary>What makes the next model be asked: no connection or an answer that makes no sense, silence, or a status.</summary>
    [OneOf("error", "timeout", "invalid_header", "http_500", "http_502", "http_503", "http_504", "http_403", "http_404", "http_429", "non_idempotent")]
    public IReadOnlyList<string> FailoverCriteria { get; init; } = ["error", "timeout"];

    /// <summary>After so many failures within <c>fail_timeout</c> a model is left alone for as long; 0 for never.</summary>
    [Between(0, 32767)]
    public int MaxFails { get; init; }

    /// <summary>Milliseconds.</summary>
    [Between(1, 2147483646)]
    public int FailTimeout { get; init; } = 10000;
}
