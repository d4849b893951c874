using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiPromptDecorator;

/// <summary>Puts messages before and after those of a client.</summary>
internal sealed class AiPromptDecoratorPlugin(AiPromptDecoratorConfig config) : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiPromptDecoratorPlugin, AiPromptDecoratorConfig>((config, _) => new(config))
        {
            Name = "ai-prompt-decorator",
            Summary = "Puts messages before and after a client's, for language models.",
        };

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var request = await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (request is null) return LlmErrors.BadRequest(LlmErrors.NotJson);
        if (request["messages"] is not JsonArray { Count: > 0 } messages) return LlmErrors.BadRequest("this LLM route only supports llm/chat type requests");
        var all = new JsonArray();
        Add(all, config.Prompts?.Prepend);
        foreach (var message in messages) all.Add(message?.DeepClone());
        Add(all, config.Prompts?.Append);
        request["messages"] = all;
        LlmErrors.Replace(exchange, Encoding.UTF8.GetBytes(request.ToJsonString(LlmClient.Relaxed)));
        exchange.Request.ContentType = "application/json";
        return default;
    }

    private static void Add(JsonArray all, IReadOnlyList<AiPrompt>? prompts)
    {
        foreach (var prompt in prompts ?? []) all.Add(new JsonObject { ["role"] = prompt.Role, ["content"] = prompt.Content });
    }
}
