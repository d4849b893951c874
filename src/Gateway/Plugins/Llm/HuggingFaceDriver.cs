using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Hugging Face: chat in nearly OpenAI's format, and text generation in its own.</summary>
internal sealed class HuggingFaceDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override string Url(string name, string routeType, bool stream)
    {
        var root = Options.UpstreamUrl ?? $"https://api-inference.huggingface.co/models/{name}";
        return routeType == "llm/v1/chat" ? root + "/v1/chat/completions" : root;
    }

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        if (routeType == "llm/v1/chat")
        {
            request.Remove("top_k");
        }
        else
        {
            if (request["parameters"] is not JsonObject parameters) request["parameters"] = parameters = [];
            foreach (var field in (string[])["top_k", "top_p", "temperature"]) Move(request, field, parameters, field);
            Move(request, "max_tokens", parameters, "max_new_tokens");
            Move(request, "prompt", request, "inputs");
        }

        request["options"] = new JsonObject { ["use_cache"] = Options.Huggingface?.UseCache ?? false, ["wait_for_model"] = Options.Huggingface?.WaitForModel ?? false };
        request["model"] = name;
        return (request, null);
    }

    /// <summary>Text generation answers with a list of one.</summary>
    public override JsonObject? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) switch { JsonObject whole => whole, JsonArray { Count: > 0 } list => list[0] as JsonObject, _ => null };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        if ((Text(answer["error"]) ?? Text(answer["message"])) is { } error) return (null, $"API error: {error}");
        var choices = new JsonArray();
        if (Text(answer["generated_text"]) is { } text)
        {
            choices.Add(routeType == "llm/v1/chat"
                ? With(("index", 0), ("message", new JsonObject { ["role"] = "assistant", ["content"] = text }), ("finish_reason", "stop"))
                : With(("index", 0), ("text", text), ("finish_reason", "stop")));
        }
        else if (answer["choices"] is JsonArray said)
        {
            foreach (var choice in said)
                choices.Add(With(
                    ("index", choices.Count), ("message", new JsonObject { ["role"] = "assistant", ["content"] = choice?["message"]?["content"]?.DeepClone() ?? "" }), ("finish_reason", choice?["finish_reason"] ?? "stop")));
        }
        else
        {
            return (null, "Invalid response format");
        }

        return (With(("choices", choices), ("object", routeType == "llm/v1/chat" ? "chat.completion" : "text_completion"), ("model", name), ("usage", answer["usage"])), null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        if (raw.Data == "[DONE]") return new(null, null, Done: true);
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        var usage = data?["usage"] as JsonObject;
        if (routeType == "llm/v1/chat")
        {
            if ((data?["choices"] as JsonArray)?.FirstOrDefault() is not { } choice) return new(null, usage);
            return new(Chunk(name, Text(choice["delta"]?["content"]) ?? "", choice["finish_reason"]?.DeepClone(), role: "assistant").ToJsonString(), usage);
        }

        return new(With(("choices", new JsonArray(With(("index", 0), ("text", data?["token"]?["text"] ?? "")))), ("model", name), ("object", "text_completion")).ToJsonString(), usage);
    }

    private static void Move(JsonObject from, string name, JsonObject to, string newName)
    {
        if (from[name] is not { } value) return;
        from.Remove(name);
        to[newName] ??= value;
    }
}
