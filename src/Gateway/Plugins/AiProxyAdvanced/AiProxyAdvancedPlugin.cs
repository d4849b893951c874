using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiProxyAdvanced;

/// <summary>Spreads requests over several models, and asks the next one when one fails.</summary>
internal sealed class AiProxyAdvancedPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<AiProxyAdvancedPlugin, AiProxyAdvancedConfig>((config, setup) => new(config, setup))
    {
        Name = "ai-proxy-advanced",
        Summary = "Spreads requests over several language models, with fallback between them.",
    };

    private readonly AiProxyAdvancedConfig config;
    private readonly LlmTarget[] targets;
    private readonly AiBalancer balancer;

    public AiProxyAdvancedPlugin(AiProxyAdvancedConfig config, PluginSetup setup)
    {
        this.config = config;
        balancer = new AiBalancer(config.Balancer, config.Targets, setup.Time);
        var settings = new LlmTargetSettings("ai-proxy-advanced", config.ResponseStreaming, config.ModelNameHeader);
        targets = [.. config.Targets.Select((target, at) => new LlmTarget(target, settings, setup) { Used = used => balancer.Used(at, used) })];
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var answer = await AnswerAsync(exchange);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return answer;
    }

    private async Task<Answer> AnswerAsync(Exchange exchange)
    {
        if (await LlmErrors.ReadAsync(exchange, config.MaxRequestBodySize) is not { } request) return LlmErrors.BadRequest(LlmErrors.NoRequest);
        var (may, refusal) = Candidates(exchange, request);
        if (refusal is not null) return refusal;
        var key = exchange.Request.Headers.TryGetValue(config.Balancer.HashOnHeader, out var values) ? values.ToString() : null;
        var untried = (bool[])may.Clone();
        for (var left = config.Balancer.Retries; ; left--)
        {
            var at = balancer.Pick(untried, key);
            if (at < 0)
            {
                // All have been asked: once more from the beginning.
                may.CopyTo(untried, 0);
                at = balancer.Pick(untried, key);
            }

            untried[at] = false;
            var (call, wrong) = targets[at].Prepare((JsonObject)request.DeepClone());
            if (call is null) return wrong!;
            var reply = await targets[at].AskAsync(exchange, call, TimeSpan.FromMilliseconds(config.Balancer.ReadTimeout));
            if (!FailsOver(reply)) return reply.Answer;
            balancer.Failed(at);
            if (left == 0 || exchange.Http.RequestAborted.IsCancellationRequested) return reply.Answer;
        }
    }

    /// <summary>The models that a request may go to: those that it names, and that its caller has not used up.</summary>
    private (bool[] May, Answer? Refusal) Candidates(Exchange exchange, JsonObject request)
    {
        var asked = LlmTarget.ModelOf(request);
        var may = new bool[targets.Length];
        for (var i = 0; i < targets.Length; i++) may[i] = asked is null || targets[i].Config.Model.Name is null || targets[i].Config.Model.Name == asked;
        if (!may.Contains(true)) return (may, LlmErrors.BadRequest($"cannot use own model - must be: {string.Join(" or ", targets.Select(t => t.Config.Model.Name).Distinct())}"));
        if (LlmAllowance.Of(exchange) is not { } allowance) return (may, null);
        var providers = targets.Where((_, i) => may[i]).Select(t => t.Provider).Distinct().ToList();
        for (var i = 0; i < targets.Length; i++) may[i] &= !allowance.IsUsedUp(targets[i].Provider);
        return (may, may.Contains(true) ? null : allowance.Refuse(providers));
    }

    private bool FailsOver(LlmReply reply) => config.Balancer.FailoverCriteria.Contains(reply.Outcome switch
    {
        LlmOutcome.Failed => "error",
        LlmOutcome.TimedOut => "timeout",
        _ => string.Create(CultureInfo.InvariantCulture, $"http_{reply.Answer.Status}"),
    });
}
