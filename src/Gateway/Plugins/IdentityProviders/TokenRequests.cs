using System.Text.Json;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>Asks a token endpoint for tokens.</summary>
internal sealed class TokenRequests(ProviderClient client, IReadOnlyList<KeyValuePair<string, string>> more)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <param name="endpoint">The token endpoint.</param>
    /// <param name="credentials">Who asks.</param>
    /// <param name="form">The grant.</param>
    public async Task<TokenAnswer> AskAsync(Uri endpoint, ProviderCredentials credentials, IReadOnlyList<KeyValuePair<string, string>> form)
    {
        var (answer, _) = await client.CallAsync("token", () => credentials.Post(endpoint, [.. form, .. more]));
        if (answer is null) return new TokenAnswer(null, Unavailable: true);
        if (answer.Status != 200) return default;
        try
        {
            using var document = JsonDocument.Parse(answer.Body, Strict);
            var json = document.RootElement;
            if (TokenClaims.Text(json, "access_token") is not { Length: > 0 } access) return new TokenAnswer(null, Unavailable: true);
            return new TokenAnswer(
                new TokenSet(access, TokenClaims.Text(json, "id_token"), TokenClaims.Text(json, "refresh_token"), TokenClaims.Text(json, "scope"), TokenClaims.Number(json, "expires_in")),
                Unavailable: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new TokenAnswer(null, Unavailable: true);
        }
    }
}

/// <summary>What a token endpoint gave.</summary>
/// <param name="Tokens">Null when it refused, or gave nothing usable.</param>
/// <param name="Unavailable">It did not answer as a token endpoint does.</param>
internal readonly record struct TokenAnswer(TokenSet? Tokens, bool Unavailable);

/// <summary>Tokens of one grant. Never logged.</summary>
/// <param name="Access">The access token.</param>
/// <param name="Id">The ID token.</param>
/// <param name="Refresh">The refresh token.</param>
/// <param name="Scope">What was granted, where it is said.</param>
/// <param name="ExpiresIn">Seconds for which the access token is good, where it is said.</param>
internal sealed record TokenSet(string Access, string? Id, string? Refresh, string? Scope, double? ExpiresIn)
{
    public override string ToString() => nameof(TokenSet);
}
