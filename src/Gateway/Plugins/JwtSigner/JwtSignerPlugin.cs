using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>Verifies the access token and the channel token of a request and signs them anew, so that upstreams have one issuer to trust.</summary>
internal sealed class JwtSignerPlugin : AuthenticationPlugin
{
    private readonly JwtSignerConfig config;
    private readonly OwnKeys own;
    private readonly TokenExchange[] exchanges;
    private readonly Answer missing;
    private readonly Answer invalid;

    public JwtSignerPlugin(JwtSignerConfig config, PluginSetup setup)
        : base(setup, anonymous: null, runOnPreflight: true)
    {
        this.config = config;

        // The access token comes last, so that it decides who the caller is.
        var rules = new[] { config.ChannelToken, config.AccessToken }.Where(r => r.RequestHeader is not null).ToArray();
        own = new OwnKeys(config, rules.Where(r => r.Signs).Select(r => r.Algorithm), setup);
        exchanges = [.. rules.Select(r => new TokenExchange(r, config, own, setup))];
        var scheme = config.Realm is null ? "Bearer" : $"Bearer realm=\"{config.Realm}\"";
        missing = Answer.From(JwtSignerErrors.Unauthorized, new KeyValuePair<string, StringValues>("WWW-Authenticate", scheme));
        invalid = Answer.From(JwtSignerErrors.Unauthorized, new KeyValuePair<string, StringValues>("WWW-Authenticate", scheme + (config.Realm is null ? " " : ", ") + "error=\"invalid_token\""));
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<JwtSignerPlugin, JwtSignerConfig>((c, s) => new JwtSignerPlugin(c, s))
    {
        Name = "jwt-signer",
        Summary = "Verifies one or two tokens of a request and signs them anew for the upstream.",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Verdict>? TryAnswer(Exchange exchange)
    {
        if (config.JwksPath is not { } path || !string.Equals(exchange.Path, path, StringComparison.Ordinal) || !(HttpMethods.IsGet(exchange.Request.Method) || HttpMethods.IsHead(exchange.Request.Method))) return null;
        return PublishAsync(exchange);
    }

    protected override async ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        var shown = new string?[exchanges.Length];
        for (var i = 0; i < exchanges.Length; i++) shown[i] = Shown(exchange, exchanges[i].Rules.RequestHeader!);
        foreach (var step in exchanges) Forget(exchange, step.Rules);
        for (var i = 0; i < exchanges.Length; i++)
        {
            var step = exchanges[i];
            if (shown[i] is not { } text)
            {
                if (step.Rules.Optional) continue;
                return missing;
            }

            var hash = TokenHash.Of(text);
            var token = step.Find(hash);
            if (token is null)
            {
                (token, var refusal) = await Task.Run(() => step.RunAsync(hash, text));
                if (exchange.Loop is { } loop) await loop.SwitchTo();
                if (refusal is not null) return refusal.Status == 401 ? invalid : refusal.Answer;
            }

            Accept(exchange, step.Rules, text, token!);
        }

        if (exchange.Credential is null) ConsumerHeaders.Remove(exchange.Request.Headers);
        return null;
    }

    private static void Accept(Exchange exchange, TokenRules rules, string text, ExchangedToken token)
    {
        var headers = exchange.Request.Headers;
        if (rules.UpstreamHeader is { } target && token.Upstream is not null)
        {
            var colon = target.IndexOf(':', StringComparison.Ordinal);
            headers[colon < 0 ? target : target[..colon]] = colon < 0 ? token.Upstream : "Bearer " + token.Upstream;
        }

        if (rules.OriginalHeader is { } original) headers[original] = text;
        token.Left.LeaveOn(exchange);
        var identifier = FieldText.OfForeign(token.Subject) ?? "";
        var credential = TokenCredential.Of(token.Issuer, token.Subject);
        if (token.Consumer is { } consumer) Known(exchange, consumer, credential, identifier);
        else if (exchange.Consumer is null) KnownWithoutConsumer(exchange, credential, identifier);
    }

    /// <summary>What the client sends under the names that the upstream trusts goes, and so does the token itself.</summary>
    private static void Forget(Exchange exchange, TokenRules rules)
    {
        var headers = exchange.Request.Headers;
        headers.Remove(rules.RequestHeader!);
        if (rules.UpstreamHeader is { } target) headers.Remove(target.Split(':')[0]);
        if (rules.OriginalHeader is { } original) headers.Remove(original);
    }

    /// <summary>The one token of the field, without <c>Bearer</c>.</summary>
    private static string? Shown(Exchange exchange, string field)
    {
        if (exchange.Request.Headers[field] is not [{ Length: > 0 } value]) return null;
        var text = value.AsSpan().Trim();
        if (text.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase)) text = text[7..].Trim();
        else if (field.Equals("Authorization", StringComparison.OrdinalIgnoreCase)) return null;
        return text.IsEmpty ? null : text.ToString();
    }

    private async ValueTask<Verdict> PublishAsync(Exchange exchange)
    {
        var keys = await Task.Run(own.Published);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return new Answer { Status = 200, Body = Encoding.UTF8.GetBytes(keys), ContentType = "application/jwk-set+json", Headers = [new("Cache-Control", "public, max-age=60")] };
    }
}
