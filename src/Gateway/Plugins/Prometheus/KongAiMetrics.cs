using System.Collections.Concurrent;
using Sluice.Gateway.Plugins.Llm;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Prometheus;

/// <summary>The families of language models that Kong's plugin exports, with its labels; those of its semantic cache are empty.</summary>
internal sealed class KongAiMetrics
{
    private const int MaxSeries = 1000;

    private static readonly double[] Bounds = [0.25, 0.5, 1, 1.5, 2, 2.5, 5, 10, 15, 30, 60];

    private readonly ConcurrentDictionary<(string Provider, string Model, string Consumer), Series> series = new();

    public void Record(LlmUsage used, string consumer, int stripe)
    {
        var key = (used.Provider, used.Model, consumer);
        if (!series.TryGetValue(key, out var one))
        {
            if (series.Count >= MaxSeries) key = (used.Provider, "(other)", "");
            one = series.GetOrAdd(key, static _ => new Series());
        }

        one.Record(used, stripe);
    }

    public void WriteTo(PrometheusText text)
    {
        foreach (var ((provider, model, consumer), one) in series)
            one.WriteTo(
                text,
                [
                    ("ai_provider", provider), ("ai_model", model), ("cache_status", ""), ("vector_db", ""), ("embeddings_provider", ""), ("embeddings_model", ""),
                    ("workspace", "default"), ("consumer", consumer),
                ]);
    }

    private sealed class Series
    {
        private readonly LatencyHistogram latency = new(Bounds);
        private readonly Lock gate = new();
        private long requests;
        private long prompt;
        private long completion;
        private double cost;

        public void Record(LlmUsage used, int stripe)
        {
            latency.Add(stripe, (long)(used.Waited.TotalSeconds * System.Diagnostics.Stopwatch.Frequency));
            lock (gate)
            {
                requests++;
                prompt += used.Prompt;
                completion += used.Completion;
                cost += used.Cost;
            }
        }

        public void WriteTo(PrometheusText text, (string Name, string Value)[] labels)
        {
            lock (gate)
            {
                text.Family("kong_ai_llm_requests_total", "counter", "Answers of language models.").Sample("kong_ai_llm_requests_total", requests, labels);
                text.Family("kong_ai_llm_cost_total", "counter", "What they cost.").Sample("kong_ai_llm_cost_total", cost, labels);
                text.Family("kong_ai_llm_tokens_total", "counter", "Tokens by their kind.")
                    .Sample("kong_ai_llm_tokens_total", prompt, [.. labels, ("token_type", "prompt_tokens")])
                    .Sample("kong_ai_llm_tokens_total", completion, [.. labels, ("token_type", "completion_tokens")])
                    .Sample("kong_ai_llm_tokens_total", prompt + completion, [.. labels, ("token_type", "total_tokens")]);
            }

            text.Family("kong_ai_llm_provider_latency_ms", "histogram", "Time until an answer was whole.").Histogram("kong_ai_llm_provider_latency_ms", latency, 1000, labels);
        }
    }
}
