using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Functions;

namespace Sluice.Gateway.Plugins.PreFunction;

/// <summary>Runs functions before the other plugins.</summary>
internal sealed class PreFunctionPlugin(PreFunctionConfig config, PluginSetup setup) : FunctionsPlugin(config, setup)
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<PreFunctionPlugin, PreFunctionConfig>((config, setup) => new(config, setup))
    {
        Name = "pre-function",
        Summary = "Runs functions written in C# before the other plugins.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var rewritten = RunRewrite(exchange);
        return rewritten.IsCompletedSuccessfully && rewritten.Result.Answer is null ? RunAccess(exchange) : FinishAsync(rewritten, exchange);
    }

    private async ValueTask<Verdict> FinishAsync(ValueTask<Verdict> rewriting, Exchange exchange) =>
        await rewriting is { Answer: { } answer } ? answer : await RunAccess(exchange);
}
