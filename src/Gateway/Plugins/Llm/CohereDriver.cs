using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Cohere: chat, with the last message apart from the history, and generate.</summary>
internal sealed class CohereDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override LlmStreamFormat StreamFormat => LlmStreamFormat.JsonLines;

    public override string Url(string name, string routeType, bool stream) =>
        Options.UpstreamUrl
        ?? "https://api.cohere.com:443" + Path(Options, routeType switch { "llm/v1/chat" => "/v1/chat", "llm/v1/completions" => "/v1/generate", _ => "/" });

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        request["model"] = name;
        if (request["messages"] is JsonArray messages && messages.Count > 0)
        {
            var history = new JsonArray();
            foreach (var (role, content) in Messages(request).SkipLast(1))
                history.Add(new JsonObject { ["role"] = role is "assistant" or "CHATBOT" ? "CHATBOT" : "USER", ["message"] = content?.DeepClone() });
            if (history.Count > 0) request["chat_history"] = history;
            request["message"] = messages[^1]?["content"]?.DeepClone();
            request.Remove("messages");
        }
        else
        {
            request["truncate"] ??= "END";
            request["return_likelihoods"] ??= "NONE";
        }

        Move(request, "top_p", "p");
        Move(request, "top_k", "k");
        return (request, null);
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        if (answer["prompt"] is not null && answer["generations"] is JsonArray generations)
        {
            var choices = new JsonArray();
            foreach (var generation in generations) choices.Add(With(("index", choices.Count), ("text", generation?["text"]), ("finish_reason", "stop")));
            var units = answer["meta"]?["billed_units"];
            return (With(
                ("choices", choices), ("object", "text_completion"), ("model", name), ("id", answer["id"]), ("usage", Usage(units?["input_tokens"], units?["output_tokens"]))), null);
        }

        if (Text(answer["text"]) is not { } text) return (null, "'text' or 'generations' missing from cohere response body");
        var counts = answer["token_count"];
        var billed = answer["meta"]?["billed_units"];
        var said = ChatAnswer(
            name, text, "stop",
            counts is null ? Usage(billed?["input_tokens"], billed?["output_tokens"]) : Usage(counts["prompt_tokens"], counts["response_tokens"], counts["total_tokens"]));
        said["id"] = answer["generation_id"]?.DeepClone();
        return (said, null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        return Text(data?["event_type"]) switch
        {
            "stream-start" => new(Chunk(name, "", role: "assistant").ToJsonString()),
            "text-generation" => new(Chunk(name, Text(data?["text"]) ?? "").ToJsonString()),
            "stream-end" => new(
                null, Usage(data?["response"]?["meta"]?["billed_units"]?["input_tokens"], data?["response"]?["meta"]?["billed_units"]?["output_tokens"]), Done: true),
            _ => default,
        };
    }

    private static void Move(JsonObject request, string from, string to)
    {
        if (request[from] is not { } value) return;
        request.Remove(from);
        request[to] = value;
    }
}
