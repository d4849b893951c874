using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>What log entries tell of models, under <c>ai</c>.</summary>
internal static class LlmLog
{
    private static readonly PluginSlot<JsonObject> Slot = new();

    public static JsonObject? Of(Exchange exchange) => Slot.Get(exchange);

    /// <param name="exchange">Whose entry.</param>
    /// <param name="part">As <c>proxy</c>.</param>
    /// <param name="value">What is told.</param>
    public static void Set(Exchange exchange, string part, JsonObject value)
    {
        if (Slot.Get(exchange) is not { } all) Slot.Set(exchange, all = []);
        all[part] = value;
    }

    /// <summary>Models, tokens, times and costs, as Kong tells them.</summary>
    /// <param name="used">What was used.</param>
    /// <param name="answered">The model that says it answered; null when none does.</param>
    /// <param name="pluginId">The middleware's.</param>
    public static JsonObject Statistics(LlmUsage used, string? answered, string pluginId)
    {
        var milliseconds = used.Waited.TotalMilliseconds;
        return new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["plugin_id"] = pluginId,
                ["provider_name"] = used.Provider,
                ["request_model"] = used.Model,
                ["response_model"] = answered ?? used.Model,
                ["llm_latency"] = Math.Round(milliseconds),
            },
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = used.Prompt,
                ["completion_tokens"] = used.Completion,
                ["total_tokens"] = used.Total,
                ["time_per_token"] = used.Completion > 0 ? Math.Round(milliseconds / used.Completion, 3) : 0,
                ["cost"] = used.Cost,
            },
        };
    }
}
