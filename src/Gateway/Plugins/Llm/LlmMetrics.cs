using System.Collections.Concurrent;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>What models were asked and used, by provider and model, for <c>/metrics</c>.</summary>
internal sealed class LlmMetrics : IMetricsSource
{
    /// <summary>Clients may name models; what comes later is counted under <c>(other)</c>.</summary>
    private const int MaxModels = 500;

    private readonly ConcurrentDictionary<(string Provider, string Model), Series> series = new();

    public static LlmMetrics For(Pipeline.PluginSetup setup) => setup.Shared.Get(typeof(LlmMetrics), setup.Snapshot.Lease, static () => new LlmMetrics());

    public void Add(LlmUsage used)
    {
        var one = Of((used.Provider, used.Model));
        Interlocked.Increment(ref one.Requests);
        Interlocked.Add(ref one.Prompt, used.Prompt);
        Interlocked.Add(ref one.Completion, used.Completion);
        lock (one) one.Cost += used.Cost;
    }

    /// <summary>An answer other than 200, or none.</summary>
    public void AddFailure(string provider, string model) => Interlocked.Increment(ref Of((provider, model)).Failures);

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        foreach (var ((provider, model), one) in series)
        {
            (string, string)[] labels = [("provider", provider), ("model", model)];
            text.Family("gateway_llm_requests_total", "counter", "Answers of language models.").Part("gateway_llm_requests_total", Volatile.Read(ref one.Requests), labels);
            text.Family("gateway_llm_failures_total", "counter", "Tries of language models that gave an error or no answer.")
                .Part("gateway_llm_failures_total", Volatile.Read(ref one.Failures), labels);
            text.Family("gateway_llm_tokens_total", "counter", "Tokens of prompts and answers.")
                .Part("gateway_llm_tokens_total", Volatile.Read(ref one.Prompt), [.. labels, ("type", "prompt")])
                .Part("gateway_llm_tokens_total", Volatile.Read(ref one.Completion), [.. labels, ("type", "completion")]);
            text.Family("gateway_llm_cost_total", "counter", "What they cost by the configured prices.").Part("gateway_llm_cost_total", one.CostNow, labels);
        }
    }

    private Series Of((string Provider, string Model) key)
    {
        if (series.TryGetValue(key, out var known)) return known;
        if (series.Count >= MaxModels) key = (key.Provider, "(other)");
        return series.GetOrAdd(key, static _ => new Series());
    }

    private sealed class Series
    {
        public long Requests;
        public long Failures;
        public long Prompt;
        public long Completion;
        public double Cost;

        public double CostNow
        {
            get
            {
                lock (this) return Cost;
            }
        }
    }
}
