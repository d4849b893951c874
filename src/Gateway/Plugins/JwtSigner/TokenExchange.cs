using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.JwtSigner;

/// <summary>Verifies one of the tokens and makes the upstream's of it.</summary>
internal sealed class TokenExchange
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan IntrospectionLifetime = TimeSpan.FromSeconds(60);

    private readonly GatewaySnapshot snapshot;
    private readonly TimeProvider time;
    private readonly OwnKeys own;
    private readonly RemoteKeySet? issuer;
    private readonly TokenIntrospection? introspection;
    private readonly RecentTokens<ExchangedToken> recent = new();

    public TokenExchange(TokenRules rules, JwtSignerConfig config, OwnKeys own, PluginSetup setup)
    {
        Rules = rules;
        this.own = own;
        snapshot = setup.Snapshot;
        time = setup.Time;
        if (rules.JwksUri is { } uri)
            issuer = RemoteKeySet.For(new Uri(uri), TimeSpan.FromSeconds(config.JwksTtl), TimeSpan.FromMilliseconds(config.JwksTimeout), config.SslVerify, setup);
        if (rules.IntrospectionEndpoint is not null)
            introspection = new TokenIntrospection(
                ProviderClient.For(TimeSpan.FromMilliseconds(rules.IntrospectionTimeout), config.SslVerify, setup), Post, rules.IntrospectionHint,
                rules.CacheIntrospection ? IntrospectionLifetime : TimeSpan.Zero, setup.Time);
    }

    public TokenRules Rules { get; }

    /// <summary>The outcome of a token that was seen lately; null when it must be found out.</summary>
    public ExchangedToken? Find(TokenHash hash)
    {
        if (recent.Find(hash) is not { } known) return null;
        if (ReferenceEquals(known.Keys, issuer?.Known) && (!Rules.Signs || ReferenceEquals(known.Signer, own.Known(Rules.Algorithm))) && InTime(known.Claims)) return known;
        recent.Remove(hash);
        return null;
    }

    /// <summary>Verifies a token and signs it anew. Runs off the event loops.</summary>
    public async Task<(ExchangedToken? Token, GatewayError? Refusal)> RunAsync(TokenHash hash, string text)
    {
        var token = JsonWebToken.Parse(text, out _);
        JsonElement claims;
        JsonWebKeySet? keys = null;
        var mayKeep = true;
        if (token is not null && (issuer is not null || !Rules.VerifySignature))
        {
            if (Rules.VerifySignature)
            {
                var verdict = await issuer!.VerifyAsync(text, token);
                if (verdict.Check == TokenCheck.Unavailable) return (null, JwtSignerErrors.Unavailable);
                if (verdict.Check != TokenCheck.Good) return (null, JwtSignerErrors.Unauthorized);
                keys = verdict.Keys;
            }
            else
            {
                keys = issuer?.Known;
            }

            claims = token.Claims;
        }
        else if (introspection is not null)
        {
            // How long such an answer counts, the introspection itself remembers.
            mayKeep = false;
            var said = introspection.Find(hash) ?? await introspection.AskAsync(new Uri(Rules.IntrospectionEndpoint!), hash, text);
            if (said is null) return (null, JwtSignerErrors.Unavailable);
            if (said.Claims is not { } active) return (null, JwtSignerErrors.Unauthorized);
            claims = active;
        }
        else
        {
            return (null, JwtSignerErrors.Unauthorized);
        }

        if (!InTime(claims)) return (null, JwtSignerErrors.Unauthorized);
        if (Rules.IssuersAllowed is { } issuers && !TokenClaims.HasAny(claims, "iss", issuers)) return (null, JwtSignerErrors.Unauthorized);
        if (Rules.AudiencesAllowed is { } audiences && !TokenClaims.HasAny(claims, "aud", audiences)) return (null, JwtSignerErrors.Unauthorized);
        if (!HasScopes(claims)) return (null, JwtSignerErrors.Forbidden);
        ConsumerModel? consumer = null;
        if (Rules.ConsumerClaim.Count > 0)
        {
            var name = new AuthenticatedClaims(claims).Text(Rules.ConsumerClaim);
            consumer = name is null ? null : ConsumerLookup.Find(snapshot, name, Rules.ConsumerBy);
            if (consumer is null) return (null, JwtSignerErrors.Forbidden);
        }

        var signer = Rules.Signs ? own.Current(Rules.Algorithm) : null;
        var result = new ExchangedToken(claims, new AuthenticatedClaims(claims), keys, consumer, signer, signer?.Sign(NewClaims(claims)));
        if (mayKeep)
        {
            recent.Remove(hash);
            recent.Add(hash, result);
        }

        return (result, null);
    }

    private bool InTime(JsonElement claims)
    {
        if (!Rules.VerifyExpiry) return true;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000d;
        if (!(TokenClaims.Number(claims, "exp") + Rules.Leeway > now)) return false;
        return !claims.TryGetProperty("nbf", out _) || TokenClaims.Number(claims, "nbf") - Rules.Leeway <= now;
    }

    private bool HasScopes(JsonElement claims)
    {
        if (Rules.ScopesRequired.Count == 0) return true;
        if (TokenClaims.At(claims, Rules.ScopesClaim) is not { } claim) return false;
        var has = new HashSet<string>(StringComparer.Ordinal);
        if (claim.ValueKind == JsonValueKind.String) has.UnionWith(claim.GetString()!.Split(' '));
        else if (claim.ValueKind == JsonValueKind.Array) has.UnionWith(claim.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!));
        return Rules.ScopesRequired.Any(one => one.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(has.Contains));
    }

    private ReadOnlySpan<byte> NewClaims(JsonElement claims)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            foreach (var claim in claims.EnumerateObject())
            {
                if (claim.Name is "iss" or "original_iss" || Rules.Remove.Contains(claim.Name, StringComparer.Ordinal) || Rules.Set.ContainsKey(claim.Name)) continue;
                json.WritePropertyName(claim.Name);
                if (claim.Name is "exp" && Rules.UpstreamLeeway != 0 && claim.Value.ValueKind == JsonValueKind.Number && claim.Value.TryGetDouble(out var end)) json.WriteNumberValue((decimal)Math.Clamp(Math.Floor(end + Rules.UpstreamLeeway), 0, 1e15));
                else json.WriteRawValue(claim.Value.GetRawText());
            }

            foreach (var (name, value) in Rules.Add)
                if (!claims.TryGetProperty(name, out _) && !Rules.Set.ContainsKey(name) && name is not ("iss" or "original_iss")) json.WriteString(name, value);
            foreach (var (name, value) in Rules.Set)
                if (name is not ("iss" or "original_iss")) json.WriteString(name, value);
            if (TokenClaims.Text(claims, "iss") is { } issued) json.WriteString("original_iss", issued);
            json.WriteString("iss", Rules.Issuer);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private HttpRequestMessage Post(Uri to, IEnumerable<KeyValuePair<string, string>> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(form) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (Rules.IntrospectionAuthorization is { } authorization) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }
}

/// <summary>A token that was found good.</summary>
/// <param name="Claims">What it claims.</param>
/// <param name="Left">The same, for other plugins.</param>
/// <param name="Keys">The issuer's keys that it was verified by.</param>
/// <param name="Consumer">Whom it names, where that is asked for.</param>
/// <param name="Signer">The key that signed the new one.</param>
/// <param name="Upstream">The new one; null where none is signed.</param>
internal sealed record ExchangedToken(JsonElement Claims, AuthenticatedClaims Left, JsonWebKeySet? Keys, ConsumerModel? Consumer, TokenSigner? Signer, string? Upstream)
{
    public string Issuer { get; } = TokenClaims.Text(Claims, "iss") ?? "";

    public string Subject { get; } = TokenClaims.Text(Claims, "sub") ?? TokenClaims.Text(Claims, "client_id") ?? "";

    public override string ToString() => nameof(ExchangedToken);
}
