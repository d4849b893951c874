using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Anthropic: messages, and the older completions.</summary>
internal sealed class AnthropicDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override IEnumerable<KeyValuePair<string, string>> Headers => [new("anthropic-version", Options.AnthropicVersion!)];

    public override string Url(string name, string routeType, bool stream) =>
        Options.UpstreamUrl
        ?? "https://api.anthropic.com:443" + Path(Options, routeType switch { "llm/v1/chat" => "/v1/messages", "llm/v1/completions" => "/v1/complete", _ => "/" });

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        var stream = request["stream"] ?? false;
        if (routeType == "llm/v1/completions")
            return (With(
                ("prompt", Prompt(request)), ("temperature", request["temperature"]), ("max_tokens_to_sample", request["max_tokens"]), ("model", name), ("stream", stream)), null);

        JsonNode? system = null;
        var messages = new JsonArray();
        foreach (var message in (request["messages"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (Text(message["role"]) is "assistant" or "user") messages.Add(message.DeepClone());
            else system = message["content"];
        }

        return (With(
            ("messages", messages), ("system", system), ("temperature", request["temperature"]), ("max_tokens", request["max_tokens"]), ("model", name), ("stream", stream)), null);
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        if (routeType == "llm/v1/completions")
            return answer["completion"] is not { } completion
                ? (null, "'completion' not in anthropic://llm/v1/chat response")
                : (new JsonObject
                {
                    ["choices"] = new JsonArray(With(("index", 0), ("text", completion), ("finish_reason", answer["stop_reason"]))),
                    ["model"] = answer["model"]?.DeepClone(),
                    ["object"] = "text_completion",
                }, null);
        if (answer["content"] is not JsonArray content) return (null, "'content' not in anthropic://llm/v1/chat response");
        var text = string.Join('\n', content.OfType<JsonObject>().Select(c => Text(c["text"]) ?? ""));
        var said = ChatAnswer(Text(answer["model"]) ?? name, text, Text(answer["stop_reason"]), Usage(answer["usage"]?["input_tokens"], answer["usage"]?["output_tokens"]));
        said["object"] = "chat.content";
        return (said, null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        switch (raw.Type ?? Text(data?["type"]))
        {
            case "message_start":
                var message = data?["message"];
                var start = Chunk(name, "", role: Text(message?["role"]));
                start["id"] = message?["id"]?.DeepClone();
                return new(start.ToJsonString(), Usage(message?["usage"]?["input_tokens"], message?["usage"]?["output_tokens"]));
            case "content_block_start" or "content_block_delta":
                return new(Chunk(name, Text(data?["delta"]?["text"]) ?? "").ToJsonString());
            case "message_delta":
                return new(null, Usage(null, data?["usage"]?["output_tokens"]));
            case "message_stop":
                return new(null, null, Done: true);
            default:
                return default;
        }
    }

    private static string Prompt(JsonObject request)
    {
        if (Text(request["prompt"]) is { } prompt) return $"Human: {prompt}\n\nAssistant:";
        var text = new StringBuilder();
        foreach (var (role, content) in Messages(request))
            text.Append(role switch { "assistant" => "Assistant: ", "user" => "Human: ", _ => "" }).Append(Text(content)).Append("\n\n");
        return text.Append("Assistant:").ToString();
    }
}
