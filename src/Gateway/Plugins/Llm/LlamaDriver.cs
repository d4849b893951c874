using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Llama 2 as it is trained: the conversation as one text with marks in it.</summary>
internal sealed class LlamaDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override string Url(string name, string routeType, bool stream) => Options.UpstreamUrl!;

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType) => (new JsonObject
    {
        ["parameters"] = With(
            ("max_new_tokens", request["max_tokens"]), ("top_p", request["top_p"] ?? 1.0), ("top_k", request["top_k"] ?? 40), ("temperature", request["temperature"])),
        ["inputs"] = request["messages"] is null
            ? $"<s> [INST] <<SYS>> You are a helpful assistant. <<SYS>> {Text(request["prompt"])} [/INST]"
            : Inputs(request),
    }, null);

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        if (answer["data"] is not JsonArray { Count: <= 1 } data) return (null, "cannot parse response from llama2 endpoint");
        if (data.Count == 0 || Text(data[0]?["generated_text"]) is not { } text) return (null, "response data is empty from llama2 endpoint");
        text = text.Split("[/INST]")[^1].Trim();
        var choice = routeType == "llm/v1/chat"
            ? With(("message", new JsonObject { ["content"] = text, ["role"] = "assistant" }), ("index", 0))
            : With(("index", 0), ("text", text));
        return (With(
            ("choices", new JsonArray(choice)), ("object", routeType == "llm/v1/chat" ? "chat.completion" : "text_completion"), ("usage", answer["usage"])), null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType) => default;

    private static string Inputs(JsonObject request)
    {
        var text = new StringBuilder();
        var i = 0;
        foreach (var (role, node) in Messages(request))
        {
            var content = Text(node);
            _ = i++ switch
            {
                0 => text.Append($"<s>[INST] <<SYS>> {content} <</SYS>>"),
                1 => text.Append($" {content} [/INST]"),
                _ when role == "user" => text.Append($" <s>[INST] {content} [/INST]"),
                _ => text.Append($" {content} </s>"),
            };
        }

        return text.ToString();
    }
}
