using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Ollama's format, for Llama 2 and Mistral served by it.</summary>
internal sealed class OllamaDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override LlmStreamFormat StreamFormat => LlmStreamFormat.JsonLines;

    public override string Url(string name, string routeType, bool stream) => Options.UpstreamUrl ?? "http://127.0.0.1:11434" + Path(Options, "/api/chat");

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType) => (With(
        ("messages", request["messages"]),
        ("prompt", request["prompt"]),
        ("stream", request["stream"] ?? false),
        ("model", name),
        ("options", With(
            ("num_predict", request["max_tokens"]), ("temperature", request["temperature"]), ("top_p", request["top_p"]), ("top_k", request["top_k"])))), null);

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        var said = Number(answer["eval_count"]);
        var finish = Options.MaxTokens is { } most && said == most ? "length" : "stop";
        var choice = routeType == "llm/v1/chat"
            ? With(("finish_reason", finish), ("index", 0), ("message", answer["message"]))
            : With(("index", 0), ("text", answer["response"]));
        return (With(
            ("model", answer["model"]),
            ("created", answer["created_at"]),
            ("usage", Usage(Number(answer["prompt_eval_count"]), said)),
            ("object", routeType == "llm/v1/chat" ? "chat.completion" : "text_completion"),
            ("choices", new JsonArray(choice))), null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        if (data?["done"] is JsonValue done && done.TryGetValue<bool>(out var over) && over)
            return new(null, Usage(Number(data["prompt_eval_count"]), Number(data["eval_count"])), Done: true);
        if (routeType == "llm/v1/chat") return new(Chunk(name, Text(data?["message"]?["content"]) ?? "").ToJsonString());
        return new(With(
            ("choices", new JsonArray(With(("text", data?["response"] ?? ""), ("index", 0)))), ("model", data?["model"]), ("object", "text_completion")).ToJsonString());
    }
}
