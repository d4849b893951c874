using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiPromptTemplate;

/// <summary>Fills in templates that clients name in place of prompts.</summary>
internal sealed partial class AiPromptTemplatePlugin(AiPromptTemplateConfig config) : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiPromptTemplatePlugin, AiPromptTemplateConfig>((config, _) => new(config))
        {
            Name = "ai-prompt-template",
            Summary = "Fills in prompt templates for language models.",
        };

    private const string Begin = "{template://";

    private readonly Dictionary<string, string> templates =
        config.Templates.DistinctBy(t => t.Name).ToDictionary(t => t.Name, t => t.Template, StringComparer.Ordinal);

    [GeneratedRegex(@"\{\{([A-Za-z0-9_]+)\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder { get; }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var request = await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (config.LogOriginalRequest)
            LlmLog.Set(exchange, "payload", new JsonObject { ["original_request"] = Encoding.UTF8.GetString(exchange.BufferedRequestBody ?? []) });
        if (request is null) return LlmErrors.BadRequest(LlmErrors.NotJson);
        if (request["messages"] is not null && request["prompt"] is not null) return LlmErrors.BadRequest("cannot run 'messages' and 'prompt' templates at the same time");
        if ((request["messages"] ?? request["prompt"]) is not { } reference)
            return LlmErrors.BadRequest("only 'llm/v1/chat' and 'llm/v1/completions' formats are supported for templating");
        if (NameIn(reference) is not { } name)
            return config.AllowUntemplatedRequests ? default(Verdict) : LlmErrors.BadRequest("this LLM route only supports templated requests");
        if (!templates.TryGetValue(name, out var template)) return LlmErrors.BadRequest($"could not find template name [{name}]");
        var (filled, problem) = Fill(template, request["properties"]);
        if (filled is null) return LlmErrors.BadRequest(problem!);
        LlmErrors.Replace(exchange, Encoding.UTF8.GetBytes(filled));
        return default;
    }

    /// <summary>The template with the properties in it, or what is wrong.</summary>
    internal static (string? Text, string? Problem) Fill(string template, JsonNode? properties)
    {
        if (properties is not (null or JsonObject)) return (null, "properties must be an object");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties as JsonObject ?? [])
        {
            if (value?.GetValueKind() != JsonValueKind.String) return (null, $"property values must be a string, got {LuaType(value)}");
            var quoted = value.ToJsonString(LlmClient.Relaxed);
            values[name] = quoted[1..^1];
        }

        // In one pass: what a client sends is not looked at for placeholders, as Kong's message about missing ones would.
        var missing = new List<string>();
        var text = Placeholder.Replace(template, match =>
        {
            if (values.TryGetValue(match.Groups[1].Value, out var value)) return value;
            if (!missing.Contains($"[{match.Groups[1].Value}]")) missing.Add($"[{match.Groups[1].Value}]");
            return match.Value;
        });
        return missing.Count == 0 ? (text, null) : (null, $"missing template parameters: {string.Join(", ", missing)}");
    }

    private static string? NameIn(JsonNode reference) =>
        reference is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith(Begin, StringComparison.Ordinal) && text.EndsWith('}')
            ? text[Begin.Length..^1]
            : null;

    private static string LuaType(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        null or JsonValueKind.Null => "userdata",
        _ => "table",
    };
}
