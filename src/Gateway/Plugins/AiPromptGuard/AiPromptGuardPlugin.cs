using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiPromptGuard;

/// <summary>Refuses prompts by patterns.</summary>
internal sealed partial class AiPromptGuardPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiPromptGuardPlugin, AiPromptGuardConfig>((config, setup) => new(config, setup))
        {
            Name = "ai-prompt-guard",
            Summary = "Refuses prompts for language models by patterns.",
        };

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    // Clients are not told what was wrong.
    private static readonly Answer Refusal = LlmErrors.BadRequest("bad request");

    private readonly AiPromptGuardConfig config;
    private readonly ILogger log;
    private readonly List<Regex> allow = [];
    private readonly List<Regex> deny = [];
    private readonly bool broken;

    public AiPromptGuardPlugin(AiPromptGuardConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        try
        {
            allow.AddRange((config.AllowPatterns ?? []).Select(p => new Regex(p, RegexOptions.CultureInvariant, Patience)));
            deny.AddRange((config.DenyPatterns ?? []).Select(p => new Regex(p, RegexOptions.CultureInvariant, Patience)));
        }
        catch (ArgumentException e)
        {
            broken = true;
            LogPattern(e.Message);
        }
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var request = await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (request is null) return LlmErrors.BadRequest(LlmErrors.NotJson);
        if (Prompt(request) is not { } prompt) return Refusal;
        if (broken) return GatewayErrors.Unexpected.Answer;
        try
        {
            if (deny.Exists(p => p.IsMatch(prompt))) return Refusal;
            return allow.Count == 0 || allow.Exists(p => p.IsMatch(prompt)) ? default(Verdict) : Refusal;
        }
        catch (RegexMatchTimeoutException)
        {
            // What cannot be decided in time does not pass.
            LogPattern("a pattern takes too long");
            return GatewayErrors.Unexpected.Answer;
        }
    }

    /// <summary>What is looked at: the last message first; null when it is none that can be.</summary>
    private string? Prompt(JsonObject request)
    {
        if (request["messages"] is not JsonArray messages) return request["prompt"] is JsonValue prompt && prompt.TryGetValue<string>(out var whole) ? whole : null;
        var text = new StringBuilder();
        foreach (var message in messages.Reverse())
        {
            if (message?["role"] is not JsonValue role || !role.TryGetValue<string>(out var who)) return null;
            if (who != "user" && !config.MatchAllRoles) continue;
            if (message["content"] is not JsonValue content || !content.TryGetValue<string>(out var said)) return null;
            text.Append(said);
            if (config.AllowAllConversationHistory) break;
            text.Append(' ');
        }

        return text.ToString();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "ai-prompt-guard: {Reason}")]
    private partial void LogPattern(string reason);
}
