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
    public static JsonObject Statistics(LlmConfig config, string requested, string? answered, JsonObject? usage, double milliseconds, string pluginId)
    {
        var prompt = Count("prompt_tokens");
        var completion = Count("completion_tokens");
        var options = config.Model.Options;
        return new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["plugin_id"] = pluginId,
                ["provider_name"] = config.Model.Provider,
                ["request_model"] = requested,
                ["response_model"] = answered ?? requested,
                ["llm_latency"] = Math.Round(milliseconds),
            },
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = prompt,
                ["completion_tokens"] = completion,
                ["total_tokens"] = prompt + completion,
                ["time_per_token"] = completion > 0 ? Math.Round(milliseconds / completion, 3) : 0,
                ["cost"] = options is { InputCost: { } input, OutputCost: { } output } ? ((prompt * input) + (completion * output)) / 1_000_000 : 0,
            },
        };

        long Count(string name) => usage?[name] is JsonValue value && value.TryGetValue<long>(out var count) ? count : 0;
    }
}
