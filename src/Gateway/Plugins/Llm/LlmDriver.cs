using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Speaks one provider's format. Requests and answers on the gateway's side are OpenAI's.</summary>
/// <param name="model">The model that is configured.</param>
internal abstract class LlmDriver(LlmModelConfig model)
{
    protected LlmModelConfig Model => model;

    protected LlmOptionsConfig Options { get; } = model.Options ?? new() { MaxTokens = null };

    /// <summary>How the provider sends an answer in pieces.</summary>
    public virtual LlmStreamFormat StreamFormat => LlmStreamFormat.ServerSentEvents;

    public static LlmDriver For(LlmModelConfig model) => model.Provider switch
    {
        "anthropic" => new AnthropicDriver(model),
        "cohere" => new CohereDriver(model),
        "gemini" => new GeminiDriver(model),
        "bedrock" => new BedrockDriver(model),
        "huggingface" => new HuggingFaceDriver(model),
        "llama2" when model.Options?.Llama2Format == "raw" => new LlamaDriver(model),
        "llama2" when model.Options?.Llama2Format == "ollama" => new OllamaDriver(model),
        "mistral" when model.Options?.MistralFormat == "ollama" => new OllamaDriver(model),
        _ => new OpenAiDriver(model),
    };

    /// <summary>The URL that is asked.</summary>
    /// <param name="name">The model.</param>
    /// <param name="routeType">What is asked for.</param>
    /// <param name="stream">The answer comes in pieces.</param>
    public abstract string Url(string name, string routeType, bool stream);

    /// <summary>Header fields that the provider needs.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Headers => [];

    /// <summary>Turns a request, with the configured options in it, into the provider's; or says why not.</summary>
    public abstract (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType);

    /// <summary>The object of an answer's body; null when there is none.</summary>
    public virtual JsonObject? Read(ReadOnlySpan<byte> body) => LlmClient.Parse(body);

    /// <summary>Turns an answer into OpenAI's; or says why not.</summary>
    public abstract (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType);

    /// <summary>Turns one event of a stream into OpenAI's.</summary>
    public abstract LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType);

    protected static string Path(LlmOptionsConfig options, string usual) => "/" + (options.UpstreamPath ?? usual).TrimStart('/');

    protected static JsonObject Chunk(string name, string content, JsonNode? finish = null, string? role = null)
    {
        var delta = new JsonObject { ["content"] = content };
        if (role is not null) delta["role"] = role;
        return new JsonObject
        {
            ["choices"] = new JsonArray(new JsonObject { ["delta"] = delta, ["index"] = 0, ["finish_reason"] = finish, ["logprobs"] = null }),
            ["model"] = name,
            ["object"] = "chat.completion.chunk",
        };
    }

    protected static JsonObject ChatAnswer(string name, string? content, string? finish, JsonObject? usage) => new()
    {
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = content },
            ["finish_reason"] = finish,
        }),
        ["object"] = "chat.completion",
        ["model"] = name,
        ["usage"] = usage,
    };

    protected static JsonObject? Usage(JsonNode? prompt, JsonNode? completion, JsonNode? total = null)
    {
        if (prompt is null && completion is null) return null;
        var (asked, said) = (Number(prompt), Number(completion));
        return new JsonObject { ["prompt_tokens"] = asked, ["completion_tokens"] = said, ["total_tokens"] = total is null ? asked + said : Number(total) };
    }

    protected static long Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;

    protected static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    protected static IEnumerable<(string Role, JsonNode? Content)> Messages(JsonObject request) =>
        (request["messages"] as JsonArray ?? []).OfType<JsonObject>().Select(m => (Text(m["role"]) ?? "user", m["content"]));

    protected static JsonObject With(params (string Name, JsonNode? Value)[] members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members)
            if (value is not null) json[name] = value.Parent is null ? value : value.DeepClone();
        return json;
    }
}

/// <summary>How a provider sends an answer in pieces.</summary>
internal enum LlmStreamFormat { ServerSentEvents, JsonLines, JsonArray, AwsEvents }

/// <summary>One event as the provider sent it.</summary>
/// <param name="Type">Its type, where the format has one.</param>
/// <param name="Data">Its data, JSON or <c>[DONE]</c>.</param>
internal readonly record struct LlmRawEvent(string? Type, string Data);

/// <summary>One event as the client gets it.</summary>
/// <param name="Data">JSON; null when there is nothing to tell.</param>
/// <param name="Usage">What it says of tokens.</param>
/// <param name="Done">It is the last one.</param>
internal readonly record struct LlmEvent(string? Data, JsonObject? Usage = null, bool Done = false);
