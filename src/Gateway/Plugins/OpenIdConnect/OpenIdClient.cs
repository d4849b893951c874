using System.Text.Json;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.IdentityProviders;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.OpenIdConnect;

/// <summary>The gateway as a client of its provider: has tokens verified, introspected, granted, refreshed and revoked. Its methods continue on any thread.</summary>
internal sealed class OpenIdClient
{
    private readonly OpenIdConnectConfig config;
    private readonly TimeProvider time;
    private readonly OpenIdProvider provider;
    private readonly ProviderClient calls;
    private readonly string method;
    private readonly ProviderCredentials credentials;
    private readonly TokenRequests tokens;
    private readonly TokenIntrospection introspection;
    private readonly RecentTokens<VerifiedBearer> verified = new();
    private readonly RecentTokens<GrantedTokens> granted = new();
    private readonly RecentTokens<Task<TokenAnswer>> refreshed = new(capacity: 1024);
    private readonly Lock gate = new();

    public OpenIdClient(OpenIdConnectConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        var timeout = TimeSpan.FromMilliseconds(config.Timeout);
        var times = new DocumentTimes(TimeSpan.FromSeconds(config.CacheTtl), TimeSpan.FromSeconds(config.RediscoveryLifetime));
        provider = OpenIdProvider.For(config.Issuer, times, timeout, config.SslVerify, setup);
        calls = ProviderClient.For(timeout, config.SslVerify, setup);
        var secret = config.ClientSecret.FirstOrDefault();
        method = config.ClientAuth.FirstOrDefault() ?? "client_secret_basic";
        credentials = new ProviderCredentials(config.ClientId.FirstOrDefault(), secret, secret is null ? "none" : method);
        tokens = new TokenRequests(calls, [.. config.TokenPostArgsNames.Zip(config.TokenPostArgsValues, (n, v) => new KeyValuePair<string, string>(n, v))]);
        introspection = new TokenIntrospection(
            calls, credentials.Post, config.IntrospectionHint, config.CacheIntrospection ? TimeSpan.FromSeconds(config.CacheTtl) : TimeSpan.Zero, setup.Time);
    }

    public ProviderCredentials Credentials => credentials;

    public Task<FoundProvider?> FindAsync() => provider.FindAsync();

    /// <summary>A token that was found good and still is; null when that must be found out.</summary>
    public CallerClaims? Known(TokenHash hash)
    {
        if (verified.Find(hash) is { } bearer && provider.Known?.Keys.Known is { } keys && ReferenceEquals(keys, bearer.Keys) && InTime(bearer.Claims.Access!.Value)) return bearer.Claims;
        return null;
    }

    /// <summary>Verifies a token that a caller shows by the provider's keys.</summary>
    public async Task<Attempt> VerifyAsync(TokenHash hash, string text, JsonWebToken token)
    {
        if (await provider.FindAsync() is not { } found) return Attempt.Away;
        if (!IsIssuer(token.Claims, found.Metadata, config.IssuersAllowed) || !InTime(token.Claims)) return default;
        var verdict = await found.Keys.VerifyAsync(text, token);
        if (verdict.Check == TokenCheck.Unavailable) return Attempt.Away;
        if (verdict.Check != TokenCheck.Good) return default;
        var claims = new CallerClaims(token.Claims, null, null, text, null);
        verified.Remove(hash);
        verified.Add(hash, new VerifiedBearer(claims, verdict.Keys!));
        return new Attempt(claims, Unavailable: false);
    }

    /// <summary>Asks the provider about a token.</summary>
    public async Task<Attempt> IntrospectAsync(TokenHash hash, string text)
    {
        var said = introspection.Find(hash);
        if (said is null)
        {
            if (await EndpointAsync(config.IntrospectionEndpoint, m => m.Introspection) is not { } endpoint) return Attempt.Away;
            said = await introspection.AskAsync(endpoint, hash, text);
            if (said is null) return Attempt.Away;
        }

        return said.Claims is { } claims && InTime(claims) ? new Attempt(new CallerClaims(claims, null, null, text, null), Unavailable: false) : default;
    }

    /// <summary>Has tokens granted for a client's (<paramref name="grant"/> is <c>client_credentials</c>) or a user's name and secret.</summary>
    public async Task<Attempt> GrantAsync(string grant, string name, string secret)
    {
        var hash = TokenHash.Of($"{grant}\n{name}\n{secret}");
        if (granted.Find(hash) is { } known && time.GetUtcNow() < known.Until) return new Attempt(known.Claims, Unavailable: false);
        if (await EndpointAsync(config.TokenEndpoint, m => m.Token) is not { } endpoint) return Attempt.Away;
        var own = grant is "client_credentials" ? new ProviderCredentials(name, secret, method) : credentials;
        List<KeyValuePair<string, string>> form = [new("grant_type", grant)];
        if (grant is "password") form.AddRange([new("username", name), new("password", secret)]);

        // A client that asks for itself has no identity that could be told.
        var scopes = grant is "client_credentials" ? config.Scopes.Where(s => s is not ("openid" or "offline_access")) : config.Scopes;
        if (string.Join(' ', scopes) is { Length: > 0 } scope) form.Add(new("scope", scope));
        if (config.Audience.Count > 0) form.Add(new("audience", string.Join(' ', config.Audience)));
        var answer = await tokens.AskAsync(endpoint, own, form);
        if (answer.Tokens is not { } set) return new Attempt(null, answer.Unavailable);
        var claims = LoginSession.ClaimsOf(set);
        if (config.CacheTokens && Ends(set, claims) is { } ends)
        {
            // A little before it ends, so that the upstream does not get one that does on its way.
            granted.Remove(hash);
            granted.Add(hash, new GrantedTokens(claims, DateTimeOffset.FromUnixTimeSeconds(ends).AddSeconds(-5)));
        }

        return new Attempt(claims, Unavailable: false);
    }

    /// <summary>Trades a code for tokens.</summary>
    public async Task<TokenAnswer> RedeemAsync(string code, PendingLogin login) =>
        await EndpointAsync(config.TokenEndpoint, m => m.Token) is { } endpoint
            ? await tokens.AskAsync(endpoint, credentials, [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", login.RedirectUri), new("code_verifier", login.Verifier)])
            : new TokenAnswer(null, Unavailable: true);

    /// <summary>Trades a refresh token for new tokens. Those who do so at once, and soon after, with the same one get the same: it may be good only once.</summary>
    public Task<TokenAnswer> RefreshAsync(string refreshToken)
    {
        var hash = TokenHash.Of(refreshToken);
        lock (gate)
        {
            if (refreshed.Find(hash) is { } known) return known;
            var asked = Task.Run(AskAsync);
            refreshed.Add(hash, asked);
            return asked;
        }

        async Task<TokenAnswer> AskAsync()
        {
            var answer = await EndpointAsync(config.TokenEndpoint, m => m.Token) is { } endpoint
                ? await tokens.AskAsync(endpoint, credentials, [new("grant_type", "refresh_token"), new("refresh_token", refreshToken)])
                : new TokenAnswer(null, Unavailable: true);
            if (answer.Tokens is null)
                lock (gate) refreshed.Remove(hash);
            return answer;
        }
    }

    /// <summary>Takes a refresh token back; whether that worked makes no difference to who logs out.</summary>
    public async Task RevokeAsync(string refreshToken)
    {
        if (await EndpointAsync(config.RevocationEndpoint, m => m.Revocation) is { } endpoint)
            await calls.CallAsync("revocation", () => credentials.Post(endpoint, [new("token", refreshToken), new("token_type_hint", "refresh_token")]));
    }

    /// <summary>Whether an ID token is genuine, for this client, in time, and (unless null) answers the login with <paramref name="nonce"/>.</summary>
    public async Task<Attempt> VerifyIdTokenAsync(TokenSet set, string? nonce)
    {
        if (await provider.FindAsync() is not { } found) return Attempt.Away;
        if (set.Id is not { } text || JsonWebToken.Parse(text, out _) is not { } token) return default;
        var id = credentials.Id!;
        if (!IsIssuer(token.Claims, found.Metadata, []) || !TokenClaims.HasAny(token.Claims, "aud", [id])) return default;
        if (TokenClaims.Text(token.Claims, "azp") is { } party && !string.Equals(party, id, StringComparison.Ordinal)) return default;
        if (TokenClaims.Number(token.Claims, "exp") is null || !InTime(token.Claims) || TokenClaims.Text(token.Claims, "sub") is null) return default;
        if (nonce is not null && !string.Equals(TokenClaims.Text(token.Claims, "nonce"), nonce, StringComparison.Ordinal)) return default;
        var verdict = await found.Keys.VerifyAsync(text, token);
        if (verdict.Check == TokenCheck.Unavailable) return Attempt.Away;
        return verdict.Check == TokenCheck.Good ? new Attempt(LoginSession.ClaimsOf(set), Unavailable: false) : default;
    }

    /// <summary>When an access token ends, in seconds since 1970; null where nobody says.</summary>
    public long? Ends(TokenSet set, CallerClaims claims)
    {
        if (set.ExpiresIn is { } seconds and >= 0 and < 1e9) return time.GetUtcNow().ToUnixTimeSeconds() + (long)seconds;
        return claims.Access is { } access && TokenClaims.Number(access, "exp") is { } ends and >= 0 and < 1e11 ? (long)ends : null;
    }

    private static bool IsIssuer(JsonElement claims, ProviderMetadata metadata, IReadOnlyList<string> others) =>
        TokenClaims.Text(claims, "iss") is { } issuer
        && (string.Equals(issuer, metadata.Issuer, StringComparison.Ordinal) || others.Contains(issuer, StringComparer.Ordinal));

    /// <summary>A time that is no number is out of time.</summary>
    private bool InTime(JsonElement claims)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (claims.TryGetProperty("exp", out _) && !(TokenClaims.Number(claims, "exp") + config.Leeway > now)) return false;
        return !claims.TryGetProperty("nbf", out _) || TokenClaims.Number(claims, "nbf") - config.Leeway <= now;
    }

    private async Task<Uri?> EndpointAsync(string? configured, Func<ProviderMetadata, Uri?> of) =>
        configured is not null ? new Uri(configured) : await provider.FindAsync() is { } found ? of(found.Metadata) : null;

    private sealed record VerifiedBearer(CallerClaims Claims, JsonWebKeySet Keys);

    private sealed record GrantedTokens(CallerClaims Claims, DateTimeOffset Until);
}

/// <summary>What came of trying to find out who calls. The default value is a refusal.</summary>
/// <param name="Claims">What is claimed of the caller.</param>
/// <param name="Unavailable">The provider does not answer as it should.</param>
internal readonly record struct Attempt(CallerClaims? Claims, bool Unavailable)
{
    public static Attempt Away { get; } = new(null, Unavailable: true);
}
