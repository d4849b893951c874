using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.OAuth2Introspection;

/// <summary>Has an authorization server say whether the caller's token is good, and whose it is.</summary>
internal sealed class OAuth2IntrospectionPlugin : AuthenticationPlugin
{
    private static readonly KeyValuePair<string, StringValues> Challenge = new("WWW-Authenticate", "Bearer realm=\"service\"");

    private static readonly Answer NoToken = Answer.From(OAuth2IntrospectionErrors.NoToken, Challenge);

    private static readonly Answer InvalidToken =
        Answer.From(OAuth2IntrospectionErrors.InvalidToken, new KeyValuePair<string, StringValues>("WWW-Authenticate", "Bearer realm=\"service\" error=\"invalid_token\""));

    private readonly OAuth2IntrospectionConfig config;
    private readonly GatewaySnapshot snapshot;
    private readonly TimeProvider time;
    private readonly Uri endpoint;
    private readonly TokenIntrospection introspection;
    private readonly (string Claim, string Field)[] fields;

    public OAuth2IntrospectionPlugin(OAuth2IntrospectionConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, config.RunOnPreflight)
    {
        this.config = config;
        snapshot = setup.Snapshot;
        time = setup.Time;
        endpoint = new Uri(config.IntrospectionUrl);
        introspection = new TokenIntrospection(
            ProviderClient.For(TimeSpan.FromMilliseconds(config.Timeout), config.SslVerify, setup), Post, config.TokenTypeHint, TimeSpan.FromSeconds(config.Ttl), setup.Time);
        fields =
        [
            .. new[] { "scope", "client_id", "username", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti" }
                .Select(c => (c, "X-Credential-" + (c is "client_id" ? "Client-ID" : c.Replace('_', '-')))),
            .. config.CustomClaimsForward.Select(c => (c, "X-Credential-" + c)),
        ];
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<OAuth2IntrospectionPlugin, OAuth2IntrospectionConfig>((c, s) => new OAuth2IntrospectionPlugin(c, s))
    {
        Name = "oauth2-introspection",
        Summary = "Callers show a token that an authorization server is asked about.",
        Authenticates = true,
        ConsumerScope = false,
    };

    protected override ValueTask<Verdict>? TryAnswer(Exchange exchange)
    {
        // Nobody but the plugin may say these things.
        foreach (var (_, field) in fields) exchange.Request.Headers.Remove(field);
        return null;
    }

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        if ((BearerToken.InHeader(exchange) ?? BearerToken.InQuery(exchange)) is not { } token) return new(NoToken);
        var hash = TokenHash.Of(token);
        return introspection.Find(hash) is { } known ? new(Conclude(exchange, known)) : AskAsync(exchange, hash, token);
    }

    private async ValueTask<Answer?> AskAsync(Exchange exchange, TokenHash hash, string token)
    {
        var said = await introspection.AskAsync(endpoint, hash, token);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return said is null ? OAuth2IntrospectionErrors.Unavailable.Answer : Conclude(exchange, said);
    }

    private Answer? Conclude(Exchange exchange, Introspected said)
    {
        if (said.Claims is not { } claims || !InTime(claims)) return InvalidToken;
        var name = TokenClaims.Text(claims, config.ConsumerBy);
        var consumer = name is null ? null : (config.ConsumerBy is "username" ? snapshot.ConsumersByUsername : snapshot.ConsumersByCustomId).GetValueOrDefault(name);
        var identifier = TokenClaims.Text(claims, "sub") ?? TokenClaims.Text(claims, "username") ?? TokenClaims.Text(claims, "client_id") ?? "";
        var credential = TokenCredential.Of(TokenClaims.Text(claims, "iss") ?? config.IntrospectionUrl, identifier);
        if (consumer is not null) Known(exchange, consumer, credential, FieldText.OfForeign(identifier) ?? "");
        else KnownWithoutConsumer(exchange, credential, FieldText.OfForeign(identifier) ?? "");
        foreach (var (claim, field) in fields)
            if (TokenClaims.Field(claims, claim) is { } value) exchange.Request.Headers[field] = value;
        if (config.HideCredentials) BearerToken.Hide(exchange);
        new AuthenticatedClaims(claims).LeaveOn(exchange);
        return null;
    }

    /// <summary>An answer may be kept for longer than the token is good. A time that is no number is out of time.</summary>
    private bool InTime(JsonElement claims)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (claims.TryGetProperty("exp", out _) && !(TokenClaims.Number(claims, "exp") > now)) return false;
        return !claims.TryGetProperty("nbf", out _) || TokenClaims.Number(claims, "nbf") <= now;
    }

    private HttpRequestMessage Post(Uri to, IEnumerable<KeyValuePair<string, string>> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(form) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", config.AuthorizationValue);
        foreach (var (name, value) in config.CustomIntrospectionHeaders) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
