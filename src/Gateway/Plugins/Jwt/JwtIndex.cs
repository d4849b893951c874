using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.Jwt;

/// <summary>A snapshot's keys for tokens, by what tokens call them.</summary>
internal sealed class JwtIndex(GatewayDocument document)
    : CredentialIndex<JwtCredential, IndexedJwtKey>(document, c => c.Key, c => new IndexedJwtKey(c));

/// <summary>A key for tokens. It is read when first used: a million RSA keys are not parsed for one that is.</summary>
internal sealed class IndexedJwtKey(JwtCredential credential) : IndexedCredential(credential)
{
    private readonly Lazy<SignatureVerifier?> plain = new(() => SignatureVerifier.For(credential, secretIsBase64: false));
    private readonly Lazy<SignatureVerifier?> base64 = new(() => SignatureVerifier.For(credential, secretIsBase64: true));

    /// <summary>The key's name as it stands in a header field.</summary>
    public string KeyField => field ??= FieldText.Of(credential.Key);

    public string Algorithm => credential.Algorithm;

    public SignatureVerifier? Verifier(bool secretIsBase64) => (secretIsBase64 ? base64 : plain).Value;
}

/// <summary>A token whose signature is good: whose key made it, the times in it, and what it claims.</summary>
internal sealed record VerifiedToken(IndexedJwtKey Key, TokenTimes Times, AuthenticatedClaims Claims);
