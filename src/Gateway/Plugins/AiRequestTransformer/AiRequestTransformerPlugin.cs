using System.Text;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Llm;

namespace Sluice.Gateway.Plugins.AiRequestTransformer;

/// <summary>Has a language model change request bodies before they go upstream.</summary>
internal sealed partial class AiRequestTransformerPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<AiRequestTransformerPlugin, AiRequestTransformerConfig>((config, setup) => new(config, setup))
        {
            Name = "ai-request-transformer",
            Summary = "Has a language model change request bodies.",
        };

    private readonly AiRequestTransformerConfig config;
    private readonly LlmIntrospection model;
    private readonly ILogger log;

    public AiRequestTransformerPlugin(AiRequestTransformerConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        model = new LlmIntrospection(new LlmClient(config.Llm, config.Calls, setup), config.Prompt, config.TransformationExtractPattern);
    }

    public override async ValueTask<Verdict> RewriteAsync(Exchange exchange)
    {
        var body = await exchange.ReadRequestBodyAsync(config.MaxRequestBodySize);
        if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        var (changed, failure) = await model.AskAsync(Encoding.UTF8.GetString(body), exchange.Http.RequestAborted);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (changed is null)
        {
            LogFailure(exchange.RequestId, failure!);
            return LlmErrors.BadRequest(failure!);
        }

        LlmErrors.Replace(exchange, Encoding.UTF8.GetBytes(changed));
        return default;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "request {RequestId}: ai-request-transformer: {Reason}")]
    private partial void LogFailure(string requestId, string reason);
}
