using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>The keys of <c>jwks_uri</c>, and what tokens by them must claim.</summary>
internal sealed class IssuerKeys
{
    private static readonly string[] ConsumerFields = ["username", "custom_id"];

    private readonly JwtConfig config;
    private readonly GatewaySnapshot snapshot;
    private readonly RemoteKeySet keys;
    private readonly RecentTokens<IssuedToken> verified;

    public IssuerKeys(JwtConfig config, PluginSetup setup)
    {
        this.config = config;
        snapshot = setup.Snapshot;
        verified = new RecentTokens<IssuedToken>(config.TokenCacheSize ?? RecentTokens.UsualCapacity);
        keys = RemoteKeySet.For(
            new Uri(config.JwksUri!), TimeSpan.FromSeconds(config.JwksTtl ?? 3600), TimeSpan.FromMilliseconds(config.JwksTimeout ?? 10_000), config.JwksSslVerify ?? true, setup);
    }

    /// <summary>A token that was found good by the keys that are known now.</summary>
    public IssuedToken? Find(TokenHash hash)
    {
        if (verified.Find(hash) is not { } token) return null;
        if (ReferenceEquals(token.Keys, keys.Known)) return token;
        verified.Remove(hash);
        return null;
    }

    /// <summary>Verifies a token's signature and claims, but not its times.</summary>
    public async Task<(IssuedToken? Token, GatewayError? Refusal)> VerifyAsync(TokenHash hash, string text, JsonWebToken token)
    {
        if (config.JwksIssuers is { } issuers && !TokenClaims.HasAny(token.Claims, "iss", issuers)) return (null, JwtErrors.WrongIssuer);
        if (config.JwksAudiences is { } audiences && !TokenClaims.HasAny(token.Claims, "aud", audiences)) return (null, JwtErrors.WrongAudience);
        var verdict = await keys.VerifyAsync(text, token);
        if (verdict.Check == TokenCheck.Unavailable) return (null, JwtErrors.KeysUnavailable);
        if (verdict.Check != TokenCheck.Good) return (null, JwtErrors.InvalidSignature);
        ConsumerModel? consumer = null;
        if (config.JwksConsumerClaim is { } claim)
        {
            if (TokenClaims.Text(token.Claims, claim) is { } name) consumer = ConsumerLookup.Find(snapshot, name, ConsumerFields);
            if (consumer is null) return (null, JwtErrors.NoConsumer);
        }

        var subject = TokenClaims.Text(token.Claims, "sub") ?? "";
        var times = new TokenTimes(TokenClaims.Number(token.Claims, "exp"), TokenClaims.Number(token.Claims, "nbf"));
        var unreadable = Unreadable(token.Claims, "exp") || Unreadable(token.Claims, "nbf");
        if (unreadable) return (null, JwtErrors.Malformed("invalid claims"));
        var issued = new IssuedToken(
            verdict.Keys!, TokenCredential.Of(TokenClaims.Text(token.Claims, "iss") ?? "", subject), consumer, FieldText.OfForeign(subject) ?? "", times, new AuthenticatedClaims(token.Claims));
        verified.Add(hash, issued);
        return (issued, null);
    }

    /// <summary>A time that is no number must not pass for none.</summary>
    private static bool Unreadable(JsonElement claims, string name) => claims.TryGetProperty(name, out _) && TokenClaims.Number(claims, name) is null;
}

/// <summary>A token by an issuer's key.</summary>
/// <param name="Keys">The keys it was found good with.</param>
/// <param name="Credential">What stands for it.</param>
/// <param name="Consumer">Whom it names, where that is asked for.</param>
/// <param name="SubjectField">Its subject, for a header field.</param>
/// <param name="Times">The times in it.</param>
/// <param name="Claims">What it claims.</param>
internal sealed record IssuedToken(JsonWebKeySet Keys, TokenCredential Credential, ConsumerModel? Consumer, string SubjectField, TokenTimes Times, AuthenticatedClaims Claims);

/// <summary>The times in a token, in seconds since 1970; null where there is no number.</summary>
internal readonly record struct TokenTimes(double? Expires, double? NotBefore);
