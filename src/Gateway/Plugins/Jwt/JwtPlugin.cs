using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>Verifies the caller's token and finds the consumer by the key that it names.</summary>
internal sealed class JwtPlugin : AuthenticationPlugin
{
    private const string Json = "application/json; charset=utf-8";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JwtConfig config;
    private readonly TimeProvider time;
    private readonly TokenSource source;
    private readonly JwtIndex keys;
    private readonly IssuerKeys? issuer;
    private readonly RecentTokens<VerifiedToken> verified;
    private readonly bool checkExpires;
    private readonly bool checkNotBefore;
    private readonly bool kongBodies;
    private readonly KeyValuePair<string, StringValues> challenge;
    private readonly KeyValuePair<string, StringValues> challengeWithError;
    private readonly Answer noToken;
    private readonly Answer severalTokens;
    private readonly Answer unknownKey;
    private readonly Answer invalidAlgorithm;
    private readonly Answer invalidKey;
    private readonly Answer invalidSignature;

    public JwtPlugin(JwtConfig config, PluginSetup setup)
        : base(setup, config.Anonymous, config.RunOnPreflight)
    {
        this.config = config;
        time = setup.Time;
        source = new TokenSource(config);
        verified = new RecentTokens<VerifiedToken>(config.TokenCacheSize ?? RecentTokens.UsualCapacity);
        keys = setup.Snapshot.Derived(s => new JwtIndex(s.Document));
        issuer = config.JwksUri is null ? null : new IssuerKeys(config, setup);
        checkExpires = config.ClaimsToVerify?.Contains("exp", StringComparer.Ordinal) == true;
        checkNotBefore = config.ClaimsToVerify?.Contains("nbf", StringComparer.Ordinal) == true;
        kongBodies = setup.Snapshot.Document.ErrorFormat is "kong";
        var scheme = config.Realm is null ? "Bearer" : $"Bearer realm=\"{config.Realm}\"";
        challenge = new("WWW-Authenticate", scheme);
        challengeWithError = new("WWW-Authenticate", scheme + " error=\"invalid_token\"");
        noToken = Refusal(JwtErrors.NoToken);
        severalTokens = Refusal(JwtErrors.SeveralTokens);
        unknownKey = Refusal(JwtErrors.UnknownKey(config.KeyClaimName));
        invalidAlgorithm = Refusal(JwtErrors.InvalidAlgorithm);
        invalidKey = Refusal(JwtErrors.InvalidKey);
        invalidSignature = Refusal(JwtErrors.InvalidSignature);
    }

    public static PluginDescriptor Descriptor { get; } = new PluginDescriptor<JwtPlugin, JwtConfig>((c, s) => new JwtPlugin(c, s))
    {
        Name = "jwt",
        Summary = "Callers show a signed token that one of a consumer's keys verifies.",
        Authenticates = true,
        ConsumerScope = false,
    };

    internal override Recognition Recognize(Exchange recorded) => source.MayShow(recorded) ? Recognition.Unclear : Recognition.Refused;

    protected override ValueTask<Answer?> IdentifyAsync(Exchange exchange)
    {
        var shown = source.Find(exchange, out var several);
        if (shown.IsEmpty) return new(noToken);
        if (several) return new(severalTokens);
        var hash = TokenHash.Of(shown.Span);
        if (verified.Find(hash) is { } known) return new(Accept(exchange, known));
        if (issuer?.Find(hash) is { } issued) return new(Accept(exchange, issued));

        var text = shown.ToString();
        var token = JsonWebToken.Parse(text, out var problem);
        if (token is null) return new(Refusal(JwtErrors.Malformed(problem)));
        if (FindKey(token, out var key) is { } refusal) return issuer is null ? new(refusal) : AskIssuerAsync(exchange, hash, text, token);
        if (!string.Equals(token.Algorithm, key!.Algorithm, StringComparison.Ordinal)) return new(invalidAlgorithm);

        // Asymmetric keys are read and used off the loop; HS keys are quick at both.
        if (!token.Algorithm.StartsWith("HS", StringComparison.Ordinal)) return VerifyOffLoopAsync(exchange, hash, text, token, key);
        return new(Verify(text, token, key) ?? Accept(exchange, Remember(hash, token, key)));
    }

    private async ValueTask<Answer?> VerifyOffLoopAsync(Exchange exchange, TokenHash hash, string text, JsonWebToken token, IndexedJwtKey key)
    {
        var refusal = await Task.Run(() => Verify(text, token, key));
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        return refusal ?? Accept(exchange, Remember(hash, token, key));
    }

    private async ValueTask<Answer?> AskIssuerAsync(Exchange exchange, TokenHash hash, string text, JsonWebToken token)
    {
        var (issued, refusal) = await issuer!.VerifyAsync(hash, text, token);
        if (exchange.Loop is { } loop) await loop.SwitchTo();
        if (refusal is not null) return refusal.Status == 401 ? Refusal(refusal) : refusal.Answer;
        return Accept(exchange, issued!);
    }

    private Answer? FindKey(JsonWebToken token, out IndexedJwtKey? key)
    {
        key = null;
        if (!TryGetClaim(token.Claims, out var claim) && !TryGetClaim(token.Header, out claim)) return Refusal(JwtErrors.NoKeyClaim(config.KeyClaimName));
        if (claim.ValueKind != JsonValueKind.String) return JwtErrors.KeyClaimNotText.Answer;
        var name = claim.GetString()!;
        if (name.Length == 0) return Refusal(JwtErrors.EmptyKeyClaim(config.KeyClaimName));
        key = keys.Find(name);
        return key is null ? unknownKey : null;
    }

    private bool TryGetClaim(JsonElement from, out JsonElement claim) =>
        from.TryGetProperty(config.KeyClaimName, out claim) && claim.ValueKind != JsonValueKind.False;

    private Answer? Verify(string text, JsonWebToken token, IndexedJwtKey key)
    {
        if (key.Verifier(config.SecretIsBase64) is not { } verifier) return invalidKey;

        // The signed part is base64url and dots, so one character is one byte.
        var rented = ArrayPool<byte>.Shared.Rent(token.SignedLength);
        var length = Encoding.ASCII.GetBytes(text.AsSpan(0, token.SignedLength), rented);
        var good = verifier.Verify(rented.AsSpan(0, length), token.Signature);
        ArrayPool<byte>.Shared.Return(rented);
        return good ? null : invalidSignature;
    }

    private VerifiedToken Remember(TokenHash hash, JsonWebToken token, IndexedJwtKey key)
    {
        var remembered = new VerifiedToken(key, new TokenTimes(TokenClaims.Number(token.Claims, "exp"), TokenClaims.Number(token.Claims, "nbf")), new AuthenticatedClaims(token.Claims));
        verified.Add(hash, remembered);
        return remembered;
    }

    /// <summary>The token is genuine; now the times in it.</summary>
    private Answer? Accept(Exchange exchange, VerifiedToken token)
    {
        if (CheckTimes(token.Times, checkExpires, checkNotBefore) is { } refusal) return refusal;
        Known(exchange, token.Key, token.Key.KeyField);
        token.Claims.LeaveOn(exchange);
        return null;
    }

    /// <summary>Tokens of an issuer are not good beyond the times in them, asked for or not.</summary>
    private Answer? Accept(Exchange exchange, IssuedToken token)
    {
        if (CheckTimes(token.Times, checkExpires || token.Times.Expires is not null, checkNotBefore || token.Times.NotBefore is not null) is { } refusal) return refusal;
        if (token.Consumer is { } consumer) Known(exchange, consumer, token.Credential, token.SubjectField);
        else KnownWithoutConsumer(exchange, token.Credential, token.SubjectField);
        token.Claims.LeaveOn(exchange);
        return null;
    }

    private Answer? CheckTimes(TokenTimes times, bool expiry, bool start)
    {
        if (!expiry && !start && config.MaximumExpiration <= 0) return null;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var expires = !expiry ? null : times.Expires is not { } exp ? "must be a number" : exp <= now ? "token expired" : null;
        var notBefore = !start ? null : times.NotBefore is not { } nbf ? "must be a number" : nbf > now ? "token not valid yet" : null;
        if (expires is null && notBefore is null && config.MaximumExpiration > 0 && !(times.Expires - now <= config.MaximumExpiration))
            expires = "exceeds maximum allowed expiration";
        return expires is null && notBefore is null ? null : ClaimsRefusal(expires, notBefore);
    }

    private Answer ClaimsRefusal(string? expires, string? notBefore)
    {
        string[] problems = [.. new[] { ("exp", expires), ("nbf", notBefore) }.Where(p => p.Item2 is not null).Select(p => $"\"{p.Item1}\":\"{p.Item2}\"")];
        return kongBodies
            ? Body($"{{{string.Join(',', problems)}}}", challengeWithError)
            : Answer.From(JwtErrors.Claims(string.Join(", ", problems).Replace("\"", "", StringComparison.Ordinal)), challengeWithError);
    }

    /// <summary>Kong answers these without a request id and in JSON whatever the client accepts.</summary>
    private Answer Refusal(GatewayError error)
    {
        var header = ReferenceEquals(error, JwtErrors.NoToken) ? challenge : challengeWithError;
        return kongBodies ? Body($"{{\"message\":{JsonSerializer.Serialize(error.Message, Relaxed)}}}", header) : Answer.From(error, header);
    }

    private static Answer Body(string json, KeyValuePair<string, StringValues> header) =>
        new() { Status = 401, Body = Encoding.UTF8.GetBytes(json), ContentType = Json, Headers = [header] };
}
