using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authorization;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.Opa;

/// <summary>Asks a policy of Open Policy Agent whether a request may pass.</summary>
internal sealed partial class OpaPlugin : Plugin
{
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>Kong's answer, too, when OPA's is of no use.</summary>
    private static readonly GatewayError Unavailable = new(500, "POLICY_UNAVAILABLE", "An unexpected error occurred", Fault.Gateway);

    private readonly OpaConfig config;
    private readonly Uri endpoint;
    private readonly HttpCaller caller;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly DecisionCount allowed;
    private readonly DecisionCount denied;
    private readonly DecisionCount failed;

    public OpaPlugin(OpaConfig config, PluginSetup setup)
    {
        this.config = config;
        var host = config.OpaHost.Contains(':', StringComparison.Ordinal) && !config.OpaHost.StartsWith('[') ? $"[{config.OpaHost}]" : config.OpaHost;
        endpoint = new Uri(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{config.OpaProtocol}://{host}:{config.OpaPort}{config.OpaPath}"));
        caller = HttpCaller.For(new HttpCallerSettings { Timeout = TimeSpan.FromMilliseconds(config.Timeout), Verify = config.SslVerify, MaxBody = MaxAnswer }, setup);
        time = setup.Time;
        log = setup.Log;
        var decisions = GuardDecisions.For(setup);
        allowed = decisions.Of("opa", "allowed");
        denied = decisions.Of("opa", "denied");
        failed = decisions.Of("opa", "failed");
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<OpaPlugin, OpaConfig>((c, s) => new OpaPlugin(c, s))
    {
        Name = "opa",
        Summary = "Asks a policy of Open Policy Agent whether a request may pass.",
        ConsumerScope = false,
    };

    public override async ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        byte[]? body = null;
        if (config.IncludeBodyInOpaInput || config.IncludeParsedJsonBodyInOpaInput)
        {
            body = await exchange.ReadRequestBodyAsync(config.MaxBody);
            if (exchange.Loop is { } here) await here.SwitchTo();
            if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        }

        var input = OpaInput.Write(exchange, config, body, time.GetUtcNow());
        var aborted = exchange.Http.RequestAborted;
        var (decision, reason) = await Task.Run(() => AskAsync(input, aborted));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (decision is null)
        {
            failed.Add();
            LogFailure(log, exchange.RequestId, reason, config.FailOpen ? "the request passes" : "the request is refused");
            return config.FailOpen ? default(Verdict) : Unavailable.Answer;
        }

        if (decision.Refusal is { } refusal)
        {
            denied.Add();
            return refusal;
        }

        allowed.Add();
        foreach (var (name, value) in decision.Headers) exchange.Request.Headers[name] = value;
        return default;
    }

    private async Task<(OpaDecision? Decision, string Reason)> AskAsync(byte[] input, CancellationToken aborted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(input) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var (answer, failure) = await caller.CallAsync(request, aborted);
        if (answer is null) return (null, failure!);
        if (answer.Status != 200) return (null, $"OPA answered with {answer.Status}");
        return OpaDecision.Read(answer.Body) is { } decision ? (decision, "") : (null, "result is neither a boolean nor an object with allow");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "opa: no decision about request {RequestId}: {Reason}; {Consequence}")]
    private static partial void LogFailure(ILogger log, string requestId, string reason, string consequence);
}
