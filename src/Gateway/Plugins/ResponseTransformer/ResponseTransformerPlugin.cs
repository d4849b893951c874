using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ResponseTransformer;

/// <summary>Changes the header fields and the JSON body of responses, the gateway's own errors included.</summary>
internal sealed class ResponseTransformerPlugin : Plugin
{
    /// <summary>A larger body is passed on as it is.</summary>
    public const int MaxBody = 16 * 1024 * 1024;

    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<ResponseTransformerPlugin, ResponseTransformerConfig>((config, _) => new(config))
        {
            Name = "response-transformer",
            Summary = "Changes header fields and JSON bodies of responses.",
        };

    private readonly HeaderTransform headers;
    private readonly BodyTransform body;
    private readonly Func<Exchange, ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> applyBody;

    public ResponseTransformerPlugin(ResponseTransformerConfig config)
    {
        headers = new HeaderTransform(config);
        body = new BodyTransform(config);
        applyBody = (_, whole) => body.Apply(whole);
    }

    public override void Respond(Exchange exchange)
    {
        var response = exchange.Response.Headers;
        headers.Apply(response);
        if (body.IsEmpty || !BodyTransform.IsJson(response.ContentType)) return;
        response.ContentLength = null;
        exchange.RewriteResponseBody(MaxBody, applyBody);
    }
}
