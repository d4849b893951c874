using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>Amazon's Bedrock, by its Converse operation.</summary>
internal sealed partial class BedrockDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override LlmStreamFormat StreamFormat => LlmStreamFormat.AwsEvents;

    /// <summary>Of the configuration or the environment.</summary>
    public string Region => Options.Bedrock?.AwsRegion ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";

    [GeneratedRegex(@"^(amazon\.titan-|cohere\.command-text-|cohere\.command-light-text-|mistral\.mistral-7b-instruct-|mistral\.mixtral-8x7b-instruct-)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WithoutSystemPrompts { get; }

    public override string Url(string name, string routeType, bool stream) =>
        Options.UpstreamUrl
        ?? $"https://bedrock-runtime.{Region}.amazonaws.com{Path(Options, $"/model/{Uri.EscapeDataString(name)}/{(stream ? "converse-stream" : "converse")}")}";

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        if (routeType != "llm/v1/chat") return (null, $"no transformer for bedrock://{routeType}");
        var system = new JsonArray();
        var messages = new JsonArray();
        foreach (var (role, content) in Messages(request))
        {
            if (role == "system") system.Add(new JsonObject { ["text"] = content?.DeepClone() });
            else
                messages.Add(new JsonObject
                {
                    ["role"] = role == "assistant" ? "assistant" : "user",
                    ["content"] = content is JsonArray parts ? parts.DeepClone() : new JsonArray(new JsonObject { ["text"] = content?.DeepClone() ?? "" }),
                });
        }

        if (system.Count > 0 && WithoutSystemPrompts.IsMatch(name))
            return (null, $"error transforming to bedrock://llm/v1/chat: system prompts are unsupported for model '{name}'");
        return (With(
            ("anthropic_version", Options.AnthropicVersion ?? "bedrock-2023-05-31"),
            ("messages", messages),
            ("system", system.Count > 0 ? system : null),
            ("inferenceConfig", With(
                ("maxTokens", request["max_tokens"]), ("stopSequences", request["stop"]), ("temperature", request["temperature"]), ("topP", request["top_p"]))),
            ("toolConfig", request["bedrock"]?["toolConfig"]),
            ("additionalModelRequestFields", request["bedrock"]?["additionalModelRequestFields"])), null);
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType)
    {
        if (Text((answer["output"]?["message"]?["content"] as JsonArray)?.FirstOrDefault()?["text"]) is not { } text)
            return (null, "no generation candidates received from Bedrock, or max_tokens too short");
        var usage = answer["usage"];
        return (ChatAnswer(
            name, text, Text(answer["stopReason"])?.ToLowerInvariant(), Usage(usage?["inputTokens"], usage?["outputTokens"], usage?["totalTokens"])), null);
    }

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        var data = JsonNode.Parse(raw.Data) as JsonObject;
        return raw.Type switch
        {
            "messageStart" => new(Chunk(name, "", role: Text(data?["role"])).ToJsonString()),
            "contentBlockDelta" => new(Chunk(name, Text(data?["delta"]?["text"]) ?? "").ToJsonString()),
            "messageStop" => new(Chunk(name, "", data?["stopReason"]?.DeepClone()).ToJsonString()),
            "metadata" => new(null, Usage(data?["usage"]?["inputTokens"], data?["usage"]?["outputTokens"]), Done: true),
            _ => default,
        };
    }
}
