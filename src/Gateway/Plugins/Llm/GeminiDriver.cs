using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Google's Gemini, public or on Vertex.</summary>
internal sealed class GeminiDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override LlmStreamFormat StreamFormat => LlmStreamFormat.JsonArray;

    public override string Url(string name, string routeType, bool stream)
    {
        if (Options.UpstreamUrl is { } url) return url;
        var operation = stream ? "streamGenerateContent" : "generateContent";
        return Options.Gemini is { ApiEndpoint: { } host, ProjectId: { } project, LocationId: { } location }
            ? $"https://{host}{Path(Options, $"/v1/projects/{project}/locations/{location}/publishers/google/models/{name}:{operation}")}"
            : $"https://generativelanguage.googleapis.com{Path(Options, $"/v1beta/models/{name}:{operation}")}";
    }

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        if (routeType != "llm/v1/chat") return (null, $"no transformer for gemini://{routeType}");
        var contents = new JsonArray();
        string? system = null;
        foreach (var (role, content) in Messages(request))
        {
            if (role == "system") system += Text(content);
            else contents.Add(new JsonObject { ["role"] = role == "assistant" ? "model" : "user", ["parts"] = Parts(Text(content) ?? "") });
        }

        if (system is not null && name.StartsWith("gemini-1.0", StringComparison.Ordinal))
            return (null, "error transforming to gemini://llm/v1/chat: system prompts aren't supported on gemini-1.0 models");
        return (With(
            ("contents", contents),
            ("systemInstruction", system is null ? null : new JsonObject { ["parts"] = Parts(system) }),
            ("generationConfig", With(
                ("maxOutputTokens", request["max_tokens"]), ("stopSequences", request["stop"]), ("temperature", request["temperature"]), ("topK", request["top_k"]), ("topP", request["top_p"])))), null);

        static JsonArray Parts(string text) => new(new JsonObject { ["text"] = text });
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        var candidate = (answer["candidates"] as JsonArray)?.FirstOrDefault();
        if (Said(candidate) is not { } text)
            return (null, Text(candidate?["finishReason"]) == "SAFETY"
                ? "transformation generation candidate breached Gemini content safety"
                : "no generation candidates received from Gemini, or max_tokens too short");
        var usage = answer["usageMetadata"];
        return (ChatAnswer(
            name, text, Text(candidate!["finishReason"])?.ToLowerInvariant(), Usage(usage?["promptTokenCount"], usage?["candidatesTokenCount"], usage?["totalTokenCount"])), null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        if (raw.Data == "[DONE]") return new(null, null, Done: true);
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        var told = data?["usageMetadata"];
        var usage = Usage(told?["promptTokenCount"], told?["candidatesTokenCount"]);
        return (data?["candidates"] as JsonArray)?.FirstOrDefault() is { } candidate && Said(candidate) is { } text
            ? new(Chunk(name, text, Text(candidate["finishReason"])?.ToLowerInvariant(), role: "assistant").ToJsonString(), usage)
            : new(null, usage);
    }

    /// <summary>All its texts; null when it has none.</summary>
    private static string? Said(JsonNode? candidate) =>
        candidate?["content"]?["parts"] is JsonArray parts && parts.Any(p => Text(p?["text"]) is not null) ? string.Concat(parts.Select(p => Text(p?["text"]))) : null;
}
