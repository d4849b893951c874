using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Gives out tokens at its two endpoints, and lets requests pass that show one.</summary>
internal sealed class OAuth2Plugin : AuthenticationPlugin
{
    private const string Json = "application/json; charset=utf-8";
    private const string Invalid = "The access token is invalid or has expired";
    private const string ScopeField = "X-Authenticated-Scope";
    private const string UserField = "X-Authenticated-UserId";
    private const int MaxBody = 1024 * 1024;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OAuth2Config config;
    private readonly OAuth2Clients clients;
    private readonly Tokens tokens;
    private readonly TokenIssuer issuer;
    private readonly AuthorizationEndpoint authorization;
    private readonly TokenEndpoint token;
    private readonly string challenge;
    private readonly Answer missing;
    private readonly Answer invalid;
    private readonly Answer global;

    public OAuth2Plugin(OAuth2Config config, PluginSetup setup)
        : base(setup, config.Anonymous, runOnPreflight: true)
    {
        this.config = config;
        var store = setup.Shared.Get(nameof(OAuth2Plugin), setup.Snapshot.Lease, static () => new TokenStore());
        var now = setup.Time.GetUtcNow().ToUnixTimeSeconds();
        clients = setup.Snapshot.Derived(s => new OAuth2Clients(s.Document));
        tokens = setup.Snapshot.Derived(s => new Tokens(s.Document, store, now));
        issuer = new TokenIssuer(config, tokens, setup.Time);
        authorization = new AuthorizationEndpoint(issuer, clients, setup.Middleware.Id);
        token = new TokenEndpoint(issuer, clients, setup.Middleware.Id);
        challenge = config.Realm is null ? "Bearer" : $"Bearer realm=\"{config.Realm}\"";
        missing = Refusal(401, "invalid_request", "The access token is missing", challenge);
        invalid = Refusal(401, "invalid_token", Invalid);
        global = Refusal(401, "invalid_token", "The access token is global, but the current plugin is configured without 'global_credentials'");
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<OAuth2Plugin, OAuth2Config>((c, s) => new OAuth2Plugin(c, s))
    {
        Name = "oauth2",
        Summary = "Gives tokens to clients and lets requests pass that show one (OAuth 2.0).",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Verdict>? TryAnswer(Exchange exchange)
    {
        // Nobody but this plugin says what a token allows.
        exchange.Request.Headers.Remove(ScopeField);
        exchange.Request.Headers.Remove(UserField);
        var path = exchange.Path.AsSpan();
        if (path.EndsWith("/")) path = path[..^1];
        if (path.EndsWith("/oauth2/token", StringComparison.Ordinal)) return AnswerAsync(exchange, "token");
        return path.EndsWith("/oauth2/authorize", StringComparison.Ordinal) ? AnswerAsync(exchange, "authorization") : null;
    }

    protected override async ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        if (await TakeTokenAsync(exchange) is not { Length: > 0 } shown) return missing;
        var now = issuer.Now;
        if (tokens.FindByAccess(shown, now) is not { } found) return invalid;
        if (found.Service is null && !config.GlobalCredentials) return global;
        if (found.Service is { } service && service != (exchange.Service?.Config.Id ?? Guid.Empty)) return invalid;
        if (found.IsExpired(now) || clients.Find(found.Client) is not { } client) return invalid;

        Known(exchange, client, client.ClientIdField);
        var headers = exchange.Request.Headers;
        if (found.Scope is { } scope) headers[ScopeField] = FieldText.Of(scope);
        if (found.User is { } user) headers[UserField] = FieldText.Of(user);
        return null;
    }

    private async ValueTask<Verdict> AnswerAsync(Exchange exchange, string endpoint)
    {
        var method = exchange.Request.Method;
        if (!HttpMethods.IsPost(method)) return Refusal(405, "invalid_method", $"The HTTP method {method} is invalid for the {endpoint} endpoint");
        var parameters = await OAuth2Parameters.ReadAsync(exchange);
        var service = exchange.Service?.Config.Id;
        if (endpoint is "authorization") return authorization.Answer(parameters, service, Insecurity(exchange));
        var field = KongHeaders.Find(exchange.Request.Headers, config.AuthHeaderName);
        return token.Answer(parameters, field.Count > 0 ? field[0] : null, service, Insecurity(exchange));
    }

    /// <summary>Why the connection is not good enough for secrets; null when it is.</summary>
    private string? Insecurity(Exchange exchange)
    {
        const string notHttps = "You must use HTTPS";
        if (exchange.Scheme is "https") return null;
        if (!config.AcceptHttpIfAlreadyTerminated || !exchange.PeerIsTrusted) return notHttps;
        var forwarded = exchange.Request.Headers["X-Forwarded-Proto"];
        if (forwarded.Count > 1) return "Only one X-Forwarded-Proto header allowed";
        return string.Equals(forwarded.ToString(), "https", StringComparison.OrdinalIgnoreCase) ? null : notHttps;
    }

    /// <summary>What the caller shows: <c>Bearer</c> or <c>token</c> and the token in the field, the field's whole value, or the parameter <c>access_token</c>.</summary>
    internal override Recognition Recognize(Exchange recorded) =>
        KongHeaders.Find(recorded.Request.Headers, config.AuthHeaderName).Count > 0 || QueryArguments.Find(recorded.Query, "access_token").Count > 0 || recorded.Request.ContentType is not null
            ? Recognition.Unclear
            : Recognition.Refused;

    private async ValueTask<string?> TakeTokenAsync(Exchange exchange)
    {
        const string parameter = "access_token";
        var headers = exchange.Request.Headers;
        if (KongHeaders.Find(headers, config.AuthHeaderName) is { Count: > 0 } field)
        {
            if (config.HideCredentials) KongHeaders.Remove(headers, config.AuthHeaderName);
            var value = FieldText.Read(field[0] ?? "");
            return value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var scheme, var text] && IsScheme(scheme) ? text : value;
        }

        var parameters = await OAuth2Parameters.ReadAsync(exchange);
        if (!config.HideCredentials) return parameters.Text(parameter);
        exchange.Upstream.Query = QueryArguments.Remove(exchange.Upstream.Query, parameter);
        if (!HttpMethods.IsGet(exchange.Request.Method)
            && exchange.Request.ContentType?.Contains("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true
            && BodyArguments.From(exchange.Request.ContentType, await exchange.ReadRequestBodyAsync(MaxBody)).Remove(parameter) is { } rest)
            exchange.ReplaceRequestBody(rest);
        return parameters.Text(parameter);
    }

    private static bool IsScheme(string text) =>
        text.Equals("bearer", StringComparison.OrdinalIgnoreCase) || text.Equals("token", StringComparison.OrdinalIgnoreCase);

    /// <summary>Kong answers these in JSON whatever the client accepts, and so has RFC 6749.</summary>
    private Answer Refusal(int status, string error, string description, string? header = null) => new()
    {
        Status = status,
        ContentType = Json,
        Body = Encoding.UTF8.GetBytes($"{{\"error\":\"{error}\",\"error_description\":{JsonSerializer.Serialize(description, Relaxed)}}}"),
        Headers = [new KeyValuePair<string, StringValues>("WWW-Authenticate", header ?? $"{challenge} error=\"{error}\" error_description=\"{description}\"")],
    };
}
