using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.OAuth2;

/// <summary>Proof keys for code exchange (RFC 7636), by S256 only.</summary>
internal static class ProofKey
{
    /// <summary>The challenge of an authorization request; null when it has none.</summary>
    /// <param name="parameters">The request's.</param>
    /// <param name="problem">What is wrong with it; null when nothing is.</param>
    public static string? Challenge(OAuth2Parameters parameters, out string? problem)
    {
        problem = null;
        var challenge = parameters.Text("code_challenge");
        var method = parameters.Text("code_challenge_method");
        if (method is not null && challenge is null) problem = "code_challenge is required when code_method is present";
        else if (challenge is not null && method is not (null or "S256" or "s256")) problem = "code_challenge_method is not supported, must be S256";
        if (challenge is null || problem is not null) return null;

        // Written in other ways, it would be compared with the way that we write it.
        return NginxBase64.Decode(challenge.Replace('-', '+').Replace('_', '/')) is { } bytes ? Base64Url.EncodeToString(bytes) : challenge;
    }

    /// <summary>What is wrong with the verifier of a token request; null when it is the challenge's.</summary>
    public static OAuth2Response? Verify(OAuth2Parameters parameters, string? challenge)
    {
        const string name = "code_verifier";
        if (!parameters.Has(name)) return OAuth2Response.Error("invalid_request", "code_verifier is required for PKCE authorization requests");
        if (parameters.Text(name) is not { } verifier) return OAuth2Response.Error("invalid_request", "code_verifier is not a string");
        if (Encoding.UTF8.GetByteCount(verifier) is < 43 or > 128) return OAuth2Response.Error("invalid_request", "code_verifier must be between 43 and 128 characters");
        var shown = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(challenge ?? ""))
            ? null
            : OAuth2Response.Error("invalid_grant", "Invalid code");
    }

    /// <summary>Whether the client must use one.</summary>
    public static bool IsRequired(string setting, IndexedClient client) => client.IsPublic ? setting is not "none" : setting is "strict";
}
