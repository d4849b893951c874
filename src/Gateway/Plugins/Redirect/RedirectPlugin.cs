using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.Redirect;

/// <summary>Answers with the URL that the client is to go to.</summary>
internal sealed class RedirectPlugin : Plugin
{
    private static readonly byte[] Body = "redirecting"u8.ToArray();

    private readonly RedirectConfig config;
    private readonly RedirectTarget target;
    private readonly Answer answer;

    public RedirectPlugin(RedirectConfig config)
    {
        this.config = config;
        target = RedirectTarget.Parse(config.Location)!;
        answer = To(FieldText.Of(config.Location));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<RedirectPlugin, RedirectConfig>((c, _) => new RedirectPlugin(c))
    {
        Name = "redirect",
        Summary = "Sends clients to another URL.",
    };

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange) => Verdict.Stop(config.KeepIncomingPath ? To(target.With(exchange.RawTarget)) : answer);

    /// <summary>An informational status cannot end a request.</summary>
    private Answer To(string location) => config.StatusCode < 200
        ? GatewayErrors.Unexpected.Answer
        : new Answer { Status = config.StatusCode, Body = Body, Headers = [new KeyValuePair<string, StringValues>("Location", location)] };
}
