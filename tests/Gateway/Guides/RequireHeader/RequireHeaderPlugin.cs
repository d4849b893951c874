using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.RequireHeader;

/// <summary>Refuses requests that lack a header field.</summary>
internal sealed class RequireHeaderPlugin(RequireHeaderConfig config) : Plugin
{
    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<RequireHeaderPlugin, RequireHeaderConfig>((config, _) => new(config))
    {
        Name = "require-header",
        Summary = "Refuses requests that lack a header field.",
    };

    // Made once for all requests: a refusal allocates nothing.
    private readonly Answer refusal = new GatewayError(config.Status, "HEADER_REQUIRED", $"{config.Header} is required", Fault.Client).Answer;

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        var values = exchange.Request.Headers[config.Header];
        var accepted = values.Count > 0 && (config.Allowed.Count == 0 || config.Allowed.Contains(values[0]!, StringComparer.Ordinal));
        return accepted ? Verdict.Continue : Verdict.Stop(refusal);
    }

    public override void Respond(Exchange exchange) => exchange.Response.Headers.Append("Vary", config.Header);
}
