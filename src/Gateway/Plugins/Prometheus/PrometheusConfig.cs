namespace Sluice.Gateway.Plugins.Prometheus;

/// <summary>Kong's metric names for dashboards that people already have. What Sluice itself counts is always on <c>/metrics</c>.</summary>
public sealed record PrometheusConfig
{
    /// <summary>Whether series are told apart by consumer. Each consumer that calls adds series; keep it off with very many.</summary>
    public bool PerConsumer { get; init; }

    /// <summary><c>kong_http_requests_total</c>.</summary>
    public bool StatusCodeMetrics { get; init; }

    /// <summary><c>kong_ai_llm_requests_total</c>, <c>kong_ai_llm_tokens_total</c>, <c>kong_ai_llm_cost_total</c> and <c>kong_ai_llm_provider_latency_ms</c>.</summary>
    public bool AiMetrics { get; init; }

    /// <summary><c>kong_request_latency_ms</c>, <c>kong_upstream_latency_ms</c> and <c>kong_kong_latency_ms</c>.</summary>
    public bool LatencyMetrics { get; init; }

    /// <summary><c>kong_bandwidth_bytes</c>.</summary>
    public bool BandwidthMetrics { get; init; }

    /// <summary><c>kong_upstream_target_health</c>.</summary>
    public bool UpstreamHealthMetrics { get; init; }

    /// <summary>Kong: metrics of WebAssembly filters.</summary>
    [Foundation.Schema.NoEffect("Sluice runs no WebAssembly filters")]
    public bool WasmMetrics { get; init; }
}
