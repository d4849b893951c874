using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;

namespace Sluice.Gateway.Plugins.KeyAuth;

/// <summary>A snapshot's keys.</summary>
internal sealed class KeyAuthIndex(GatewayDocument document)
    : CredentialIndex<KeyAuthCredential, IndexedKey>(document, c => c.Key, c => new IndexedKey(c));

/// <summary>A key, and when it ends.</summary>
internal sealed class IndexedKey(KeyAuthCredential credential) : IndexedCredential(credential)
{
    /// <summary>Seconds since 1970 from which the key is no longer good; the largest value for a key without <c>ttl</c>.</summary>
    public long Ends { get; } = credential is { Ttl: { } ttl and > 0, CreatedAt: { } created } ? created + ttl : long.MaxValue;
}
