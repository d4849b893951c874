using Sluice.Gateway.Configuration;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>
/// The credentials of one kind by what callers show of them. Made once per snapshot from its document and shared by all middleware; looking up
/// allocates nothing.
/// </summary>
/// <remarks>A plain dictionary: with a million keys a frozen one takes many times longer to build and is no faster to search.</remarks>
internal abstract class CredentialIndex<TCredential, TEntry>
    where TCredential : CredentialConfig
    where TEntry : IndexedCredential
{
    private readonly Dictionary<string, TEntry> byKey;

    /// <param name="document">Where the credentials are.</param>
    /// <param name="keyOf">What a caller shows; credentials for which it is empty cannot be shown and are left out.</param>
    /// <param name="entry">Makes the entry of one credential; must be cheap.</param>
    protected CredentialIndex(GatewayDocument document, Func<TCredential, string> keyOf, Func<TCredential, TEntry> entry)
    {
        byKey = new Dictionary<string, TEntry>(document.Credentials.OfType<TCredential>().Count(), StringComparer.Ordinal);
        foreach (var credential in document.Credentials.OfType<TCredential>())
            if (keyOf(credential) is { Length: > 0 } key)
                byKey[key] = entry(credential);
    }

    public int Count => byKey.Count;

    /// <summary>All, by what callers show.</summary>
    public IReadOnlyDictionary<string, TEntry> All => byKey;

    /// <summary>The credential that <paramref name="key"/> shows; null when there is none.</summary>
    public TEntry? Find(string key) => byKey.GetValueOrDefault(key);
}

/// <summary>A credential in an index, with what is worked out of it when it is first used.</summary>
internal class IndexedCredential(CredentialConfig config)
{
    private ConsumerModel? consumer;

    public CredentialConfig Config { get; } = config;

    /// <summary>The id as text.</summary>
    public string IdText => field ??= Config.Id.ToString();

    /// <summary>Whose it is. The entry belongs to one snapshot, always the same.</summary>
    public ConsumerModel ConsumerIn(GatewaySnapshot snapshot) => consumer ??= snapshot.Consumers[Config.Consumer!.Id];
}
