using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authorization;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Plugins.Outbound;

namespace Sluice.Gateway.Plugins.ExternalAuth;

/// <summary>Asks a service whether a request may pass: forward auth, <c>auth_request</c>, <c>ext_authz</c> over HTTP.</summary>
internal sealed partial class ExternalAuthPlugin : Plugin
{
    private const int MaxAnswer = 1024 * 1024;

    private static readonly PluginSlot<ExternalDecision> Slot = new();

    private readonly ExternalAuthConfig config;
    private readonly HttpCaller caller;
    private readonly Question question;
    private readonly RecentTokens<ExternalDecision> recent = new();
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Answer failure;
    private readonly DecisionCount allowed;
    private readonly DecisionCount denied;
    private readonly DecisionCount failed;

    public ExternalAuthPlugin(ExternalAuthConfig config, PluginSetup setup)
    {
        this.config = config;
        caller = HttpCaller.For(new HttpCallerSettings { Timeout = TimeSpan.FromMilliseconds(config.Timeout), Verify = config.SslVerify, MaxBody = MaxAnswer }, setup);
        question = new Question(config);
        time = setup.Time;
        log = setup.Log;
        failure = new GatewayError(config.FailureStatus, "AUTHORIZATION_UNAVAILABLE", "The authorization service is not available", Fault.Upstream).Answer;
        var decisions = GuardDecisions.For(setup);
        allowed = decisions.Of("external-auth", "allowed");
        denied = decisions.Of("external-auth", "denied");
        failed = decisions.Of("external-auth", "failed");
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<ExternalAuthPlugin, ExternalAuthConfig>((c, s) => new ExternalAuthPlugin(c, s))
    {
        Name = "external-auth",
        Summary = "Asks a service of one's own whether a request may pass.",
    };

    public override ValueTask<Verdict> AuthorizeAsync(Exchange exchange)
    {
        // Equal requests are equal as the client sent them, also in the fields that are taken out next.
        var key = question.KeyOf(exchange);
        if (key is { } hash && recent.Find(hash) is { } known && time.GetUtcNow() < known.Until)
        {
            Forget(exchange);
            return Conclude(exchange, known);
        }

        return AskAsync(exchange, key);
    }

    public override void Respond(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { } decision) return;
        foreach (var (name, values) in decision.ToClient)
            if (name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)) exchange.Response.Headers.Append(name, values);
            else exchange.Response.Headers[name] = values;
    }

    private async ValueTask<Verdict> AskAsync(Exchange exchange, TokenHash? key)
    {
        byte[]? body = null;
        if (config.SendBody)
        {
            body = await exchange.ReadRequestBodyAsync(config.MaxBody);
            if (exchange.Loop is { } here) await here.SwitchTo();
            if (body is null) return GatewayErrors.PayloadTooLarge.Answer;
        }

        using var message = question.For(exchange, body);
        Forget(exchange);
        var aborted = exchange.Http.RequestAborted;
        var (answer, reason) = await Task.Run(() => caller.CallAsync(message, aborted));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (answer is null or { Status: < 200 or >= 500 })
        {
            failed.Add();
            LogFailure(log, exchange.RequestId, reason ?? $"it answered with {answer!.Status}", config.FailOpen ? "the request passes" : "the request is refused");
            return config.FailOpen ? default(Verdict) : failure;
        }

        var decision = Read(answer);
        if (key is { } hash && decision.MayBeKept)
        {
            recent.Remove(hash);
            recent.Add(hash, decision);
        }

        return await Conclude(exchange, decision);
    }

    private ExternalDecision Read(OutboundAnswer answer)
    {
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(config.CacheTtl);
        var mayBeKept = answer.Status is 401 or 403 or < 300 && answer.Header("Cache-Control")?.Contains("no-store", StringComparison.OrdinalIgnoreCase) != true;
        if (answer.Status < 300) return new ExternalDecision(null, Pick(answer, config.UpstreamHeaders), Pick(answer, config.ClientHeaders), until, mayBeKept);
        var headers = config.RefusalHeaders is { } names ? Pick(answer, names) : [.. answer.Headers.Where(h => !h.Key.StartsWith("Content-Type", StringComparison.OrdinalIgnoreCase))];
        var refusal = new Answer { Status = answer.Status, Headers = headers, Body = answer.Body, ContentType = answer.Header("Content-Type") };
        return new ExternalDecision(refusal, [], [], until, mayBeKept);
    }

    private static KeyValuePair<string, StringValues>[] Pick(OutboundAnswer answer, IReadOnlyList<string> names) =>
        [.. answer.Headers.Where(h => names.Contains(h.Key, StringComparer.OrdinalIgnoreCase) && !h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))];

    private ValueTask<Verdict> Conclude(Exchange exchange, ExternalDecision decision)
    {
        if (decision.Refusal is { } refusal)
        {
            denied.Add();
            return Verdict.Stop(refusal);
        }

        allowed.Add();
        foreach (var (name, values) in decision.ToUpstream) exchange.Request.Headers[name] = values;
        if (decision.ToClient.Length > 0) Slot.Set(exchange, decision);
        return Verdict.Continue;
    }

    /// <summary>Nobody but the service may say these things.</summary>
    private void Forget(Exchange exchange)
    {
        foreach (var name in config.UpstreamHeaders) exchange.Request.Headers.Remove(name);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "external-auth: no usable answer about request {RequestId}: {Reason}; {Consequence}")]
    private static partial void LogFailure(ILogger log, string requestId, string reason, string consequence);
}

/// <summary>What the service said.</summary>
/// <param name="Refusal">What the client is answered; null when the request may pass.</param>
/// <param name="ToUpstream">Fields for the upstream.</param>
/// <param name="ToClient">Fields for the client beside the upstream's.</param>
/// <param name="Until">Until when that counts for equal requests.</param>
/// <param name="MayBeKept">Whether it may be kept at all.</param>
internal sealed record ExternalDecision(
    Answer? Refusal, KeyValuePair<string, StringValues>[] ToUpstream, KeyValuePair<string, StringValues>[] ToClient, DateTimeOffset Until, bool MayBeKept);
