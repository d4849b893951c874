using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Authorization;

namespace Sluice.Gateway.Plugins.Csrf;

/// <summary>Refuses requests that a foreign page has a browser send in its user's name.</summary>
internal sealed partial class CsrfPlugin : Plugin
{
    private static readonly GatewayError Foreign = new(403, "CROSS_SITE_REQUEST", "Requests from other sites are not allowed", Fault.Client);
    private static readonly GatewayError NoToken = new(403, "CSRF_TOKEN_INVALID", "A valid CSRF token is required", Fault.Client);

    private readonly CsrfConfig config;
    private readonly RequestOrigin origins;
    private readonly CsrfToken tokens;
    private readonly PathPattern[] exempt;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly DecisionCount allowed;
    private readonly DecisionCount denied;

    public CsrfPlugin(CsrfConfig config, PluginSetup setup)
    {
        this.config = config;
        origins = new RequestOrigin(config);
        tokens = new CsrfToken(config.Secret ?? MadeUpSecret.For(setup));
        exempt = [.. config.ExemptPaths.Select(p => new PathPattern(p))];
        time = setup.Time;
        log = setup.Log;
        var decisions = GuardDecisions.For(setup);
        allowed = decisions.Of("csrf", "allowed");
        denied = decisions.Of("csrf", config.DryRun ? "would_deny" : "denied");
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<CsrfPlugin, CsrfConfig>((c, s) => new CsrfPlugin(c, s))
    {
        Name = "csrf",
        Summary = "Refuses requests that foreign pages have browsers send.",
        ConsumerScope = false,
    };

    public override ValueTask<Verdict> AcceptAsync(Exchange exchange)
    {
        // A WebSocket is opened with a safe method and with cookies, from any page, and then does what it likes.
        var opensSocket = exchange.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(exchange.Request.Method);
        if ((IsSafe(exchange) && !opensSocket) || IsExempt(exchange)) return Verdict.Continue;
        var provenance = origins.Of(exchange);
        if (provenance == Provenance.Foreign) return Conclude(exchange, Foreign);
        // Scripts cannot add fields to a handshake.
        if (opensSocket) return Conclude(exchange, null);
        var asks = config.Token is "always" || (config.Token is "fallback" && provenance == Provenance.Unknown);
        if (!asks) return Conclude(exchange, null);
        var sent = exchange.Request.Headers[config.HeaderName];
        if (sent.Count > 0 || config.FormField is null) return Conclude(exchange, sent.Count == 1 && IsGood(exchange, sent[0]) ? null : NoToken);
        return ReadFormAsync(exchange, config.FormField);
    }

    public override void Respond(Exchange exchange)
    {
        // Pages get a token with whatever they load, and another one in time.
        if (config.Token is "off" || !IsSafe(exchange)) return;
        var now = time.GetUtcNow();
        if (tokens.EndOf(exchange.Request.Cookies[config.CookieName], SessionOf(exchange), now) is { } end && end - now > TimeSpan.FromSeconds(config.Ttl) / 2) return;
        var secure = exchange.ForwardedScheme is "https" || config.CookieName.StartsWith("__", StringComparison.Ordinal);
        var token = tokens.Make(SessionOf(exchange), now.AddSeconds(config.Ttl));
        exchange.Response.Headers.Append(
            "Set-Cookie", $"{config.CookieName}={token}; Max-Age={config.Ttl}{CookieAttributes.Of(null, "/", "Lax", secure, httpOnly: false)}");
    }

    private bool IsSafe(Exchange exchange) => config.SafeMethods.Contains(exchange.Request.Method, StringComparer.Ordinal);

    private bool IsExempt(Exchange exchange)
    {
        if (config.ExemptBearer && BearerToken.InHeader(exchange) is { Length: > 0 }) return true;
        if (exempt.Length == 0 || PathPattern.IsAmbiguous(exchange.Path)) return false;
        foreach (var path in exempt)
            if (path.Matches(exchange, exchange.Path)) return true;
        return false;
    }

    private async ValueTask<Verdict> ReadFormAsync(Exchange exchange, string field)
    {
        var body = await exchange.ReadRequestBodyAsync(config.MaxForm);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        var sent = BodyArguments.From(exchange.Request.ContentType, body).Find(field);
        return await Conclude(exchange, sent.Count == 1 && IsGood(exchange, sent.First) ? null : NoToken);
    }

    /// <summary>The same token twice, once where only one's own pages can put it.</summary>
    private bool IsGood(Exchange exchange, string? sent) =>
        !string.IsNullOrEmpty(sent) && string.Equals(exchange.Request.Cookies[config.CookieName], sent, StringComparison.Ordinal)
        && tokens.EndOf(sent, SessionOf(exchange), time.GetUtcNow()) is not null;

    private string SessionOf(Exchange exchange) => config.SessionCookie is { } name ? exchange.Request.Cookies[name] ?? "" : "";

    private ValueTask<Verdict> Conclude(Exchange exchange, GatewayError? refusal)
    {
        if (refusal is null)
        {
            allowed.Add();
            return Verdict.Continue;
        }

        denied.Add();
        if (!config.DryRun) return Verdict.Stop(refusal.Answer);
        LogWouldRefuse(log, exchange.RequestId, exchange.Request.Method, exchange.Path, refusal.Message);
        return Verdict.Continue;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "csrf (dry run): request {RequestId} {Method} {Path} would be refused: {Reason}")]
    private static partial void LogWouldRefuse(ILogger log, string requestId, string method, string path, string reason);
}
