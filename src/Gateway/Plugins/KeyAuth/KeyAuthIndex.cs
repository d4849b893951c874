using Sluice.Gateway.Configuration;
using Sluice.Gateway.Plugins.Authentication;
using Sluice.Gateway.Replaying;

namespace Sluice.Gateway.Plugins.KeyAuth;

/// <summary>A snapshot's keys.</summary>
internal sealed class KeyAuthIndex(GatewayDocument document)
    : CredentialIndex<KeyAuthCredential, IndexedKey>(document, c => c.Key, c => new IndexedKey(c))
{
    private Dictionary<string, IndexedKey>? byFingerprint;

    /// <summary>The key that a recorded request showed; made when somebody asks for the first.</summary>
    public IndexedKey? FindRecorded(string shown) => Fingerprint.In(shown) is not { } fingerprint
        ? Find(shown)
        : (byFingerprint ??= All.ToDictionary(k => Fingerprint.Of(k.Key), k => k.Value, StringComparer.Ordinal)).GetValueOrDefault(fingerprint);
}

/// <summary>A key, and when it ends.</summary>
internal sealed class IndexedKey(KeyAuthCredential credential) : IndexedCredential(credential)
{
    /// <summary>Seconds since 1970 from which the key is no longer good; the largest value for a key without <c>ttl</c>.</summary>
    public long Ends { get; } = credential is { Ttl: { } ttl and > 0, CreatedAt: { } created } ? created + ttl : long.MaxValue;
}
