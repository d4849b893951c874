using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.Llm;

/// <summary>OpenAI's own format; Azure, Mistral and many servers speak it too.</summary>
internal sealed class OpenAiDriver(LlmModelConfig model) : LlmDriver(model)
{
    public override string Url(string name, string routeType, bool stream)
    {
        if (Options.UpstreamUrl is { } url) return Model.Provider == "azure" ? WithVersion(url) : url;
        var operation = routeType switch { "llm/v1/chat" => "/chat/completions", "llm/v1/completions" => "/completions", _ => "/" };
        if (Model.Provider == "azure")
        {
            var root = $"https://{Options.AzureInstance}.openai.azure.com:443/openai/deployments/{Options.AzureDeploymentId}";
            return WithVersion(root + Path(Options, operation));
        }

        var host = Model.Provider == "mistral" ? "https://api.mistral.ai:443" : "https://api.openai.com:443";
        return host + Path(Options, operation == "/" ? "/" : "/v1" + operation);
    }

    public override (JsonObject? Request, string? Problem) ToProvider(JsonObject request, string name, string routeType)
    {
        request["model"] = name;
        request["stream"] = request["stream"]?.DeepClone() ?? false;
        request.Remove("top_k");

        // Without being asked, nobody tells what a stream used.
        if (CountsStreams && request["stream"] is JsonValue stream && stream.TryGetValue<bool>(out var streams) && streams)
        {
            if (request["stream_options"] is not JsonObject options) request["stream_options"] = options = [];
            options["include_usage"] = true;
        }

        return (request, null);
    }

    public override (JsonObject? Answer, string? Problem) FromProvider(JsonObject answer, string name, string routeType) =>
        answer["choices"] is null ? (null, $"'choices' not in {routeType} response") : (answer, null);

    public override LlmEvent FromEvent(LlmRawEvent raw, string name, string routeType)
    {
        if (raw.Data == "[DONE]") return new(null, null, Done: true);
        try
        {
            return new(raw.Data, JsonNode.Parse(raw.Data) is JsonObject { } said ? said["usage"] as JsonObject : null);
        }
        catch (JsonException)
        {
            return new(raw.Data);
        }
    }

    /// <summary>OpenAI does, and Azure from this version on; others that speak the format may refuse the field.</summary>
    private bool CountsStreams => Model.Provider == "openai" || (Model.Provider == "azure" && string.CompareOrdinal(Options.AzureApiVersion, "2024-09-01") >= 0);

    private string WithVersion(string url) => $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version={Uri.EscapeDataString(Options.AzureApiVersion)}";
}
