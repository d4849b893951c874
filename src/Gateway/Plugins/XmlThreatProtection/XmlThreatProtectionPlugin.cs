using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.XmlThreatProtection;

/// <summary>Refuses XML that is larger or more complicated than it may be.</summary>
internal sealed partial class XmlThreatProtectionPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<XmlThreatProtectionPlugin, XmlThreatProtectionConfig>((config, setup) => new(config, setup))
        {
            Name = "xml-threat-protection",
            Summary = "Limits how large and how complicated XML in requests may be.",
        };

    private static readonly Answer Refusal = new GatewayError(400, "XML_REFUSED", "Bad Request", Fault.Client).Answer;

    private readonly int maxBody;
    private readonly bool fillsEntities;
    private readonly MediaType[] checkedTypes;
    private readonly MediaType[] allowedTypes;
    private readonly Func<byte[], string?> check;
    private readonly ValidationFailures failures;
    private readonly ILogger log;

    public XmlThreatProtectionPlugin(XmlThreatProtectionConfig config, PluginSetup setup)
    {
        log = setup.Log;
        maxBody = config.Document;
        fillsEntities = config.AllowDtd;
        checkedTypes = [.. config.CheckedContentTypes.Select(t => MediaType.Parse(t)!)];
        allowedTypes = [.. config.AllowedContentTypes.Select(t => MediaType.Parse(t)!)];
        var limits = new XmlLimits(config);
        check = limits.Check;
        failures = ValidationFailures.For(setup);
    }

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (request.ContentType is null && !exchange.HasRequestBody) return Verdict.Continue;
        if (MediaType.Parse(request.ContentType) is not { } media) return new(Refuse(exchange, "there is a body without a valid Content-Type"));
        if (Array.Exists(allowedTypes, t => t.Includes(media))) return Verdict.Continue;
        if (!Array.Exists(checkedTypes, t => t.Includes(media))) return new(Refuse(exchange, $"the Content-Type {media.Name} is not allowed"));
        return CheckAsync(exchange);
    }

    private async ValueTask<Verdict> CheckAsync(Exchange exchange)
    {
        if (await exchange.ReadRequestBodyAsync(maxBody) is not { } body) return Refuse(exchange, $"the document is larger than {maxBody} bytes");
        if (body.Length == 0) return default;
        return await LargeBodies.CheckAsync(exchange, body, check, isCostly: fillsEntities) is { } problem ? Refuse(exchange, problem) : default(Verdict);
    }

    private Verdict Refuse(Exchange exchange, string problem)
    {
        failures.Count(exchange, Descriptor.Name, refused: true);
        LogViolation(exchange.RequestId, problem);
        return Refusal;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "request {RequestId}: xml-threat-protection: {Problem}")]
    private partial void LogViolation(string requestId, string problem);
}
