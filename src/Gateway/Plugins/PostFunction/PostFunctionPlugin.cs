using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Functions;

namespace Sluice.Gateway.Plugins.PostFunction;

/// <summary>Runs functions after the other plugins.</summary>
internal sealed class PostFunctionPlugin(PostFunctionConfig config, PluginSetup setup) : FunctionsPlugin(config, setup)
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<PostFunctionPlugin, PostFunctionConfig>((config, setup) => new(config, setup))
    {
        Name = "post-function",
        Summary = "Runs functions written in C# after the other plugins.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange) => RunRewrite(exchange);

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange) => RunAccess(exchange);
}
