using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Validating;

namespace Sluice.Gateway.Plugins.JsonThreatProtection;

/// <summary>Refuses JSON that is larger or more complicated than it may be.</summary>
internal sealed partial class JsonThreatProtectionPlugin : Plugin
{
    public static readonly PluginDescriptor Descriptor =
        new PluginDescriptor<JsonThreatProtectionPlugin, JsonThreatProtectionConfig>((config, setup) => new(config, setup))
        {
            Name = "json-threat-protection",
            Summary = "Limits how large and how complicated JSON in requests may be.",
        };

    private const int MaxBody = 64 * 1024 * 1024;

    private readonly JsonThreatProtectionConfig config;
    private readonly int maxBody;
    private readonly Func<byte[], string?> check;
    private readonly Answer refusal;
    private readonly ValidationFailures failures;
    private readonly ILogger log;

    public JsonThreatProtectionPlugin(JsonThreatProtectionConfig config, PluginSetup setup)
    {
        this.config = config;
        log = setup.Log;
        maxBody = config.MaxBodySize < 0 ? MaxBody : Math.Min(config.MaxBodySize, MaxBody);
        var limits = new JsonLimits(config);
        check = body => limits.Check(body);
        refusal = new GatewayError(config.ErrorStatusCode, "JSON_REFUSED", config.ErrorMessage, Fault.Client).Answer;
        failures = ValidationFailures.For(setup);
    }

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        var method = exchange.Request.Method;
        if (!HttpMethods.IsPost(method) && !HttpMethods.IsPut(method) && !HttpMethods.IsPatch(method)) return Verdict.Continue;
        if (config.AllowNonJsonRequests && MediaType.Parse(exchange.Request.ContentType) is not { IsJson: true }) return Verdict.Continue;
        return CheckAsync(exchange);
    }

    private async ValueTask<Verdict> CheckAsync(Exchange exchange)
    {
        var body = await exchange.ReadRequestBodyAsync(maxBody);
        var problem = body is null ? $"The body is larger than {maxBody} bytes." : await LargeBodies.CheckAsync(exchange, body, check);
        if (problem is null) return default;
        var blocks = config.EnforcementMode == "block";
        failures.Count(exchange, Descriptor.Name, blocks);
        LogViolation(exchange.RequestId, problem);
        return blocks ? refusal : default(Verdict);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "request {RequestId}: json-threat-protection: {Problem}")]
    private partial void LogViolation(string requestId, string problem);
}
