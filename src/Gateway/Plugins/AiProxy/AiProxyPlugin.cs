using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiProxy;

/// <summary>Answers with what a language model says: clients speak OpenAI's format, whoever runs the model.</summary>
internal sealed class AiProxyPlugin(AiProxyConfig config, PluginSetup setup) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<AiProxyPlugin, AiProxyConfig>((config, setup) => new(config, setup))
    {
        Name = "ai-proxy",
        Summary = "Lets clients talk to language models of several providers in one format.",
    };

    private readonly LlmTarget target = new(config, new LlmTargetSettings("ai-proxy", config.ResponseStreaming, config.ModelNameHeader), setup);

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var answer = await AnswerAsync(exchange);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    private async Task<Answer> AnswerAsync(Exchange exchange)
    {
        if (await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize) is not { } request) return LlmErrors.BadRequest(LlmErrors.NoRequest);
        var (call, refusal) = target.Prepare(request);
        if (call is null) return refusal!;
        if (LlmAllowance.Of(exchange) is { } allowance && allowance.IsUsedUp(target.Provider)) return allowance.Refuse([target.Provider]);
        return (await target.AskAsync(exchange, call, TimeSpan.FromMilliseconds(exchange.Service?.Config.ReadTimeout ?? 60000))).Answer;
    }
}
