using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>An OpenID provider, found by its issuer; shared by all middleware that uses it in the same way.</summary>
internal sealed class OpenIdProvider
{
    private const string WellKnown = "/.well-known/openid-configuration";

    private readonly RemoteDocument<FoundProvider> document;

    private OpenIdProvider(string issuer, DocumentTimes times, ProviderClient client, TimeProvider time, ILogger log) =>
        document = new(new Uri(issuer.TrimEnd('/') + WellKnown), "discovery", (json, known) => Read(json, known, issuer, times, client, time, log), times, client, time, log);

    /// <summary>What is known of it; null when that is nothing.</summary>
    public FoundProvider? Known => document.Known;

    /// <param name="issuer">Its URL, with or without the well-known path behind it.</param>
    /// <param name="times">For its metadata and its keys.</param>
    /// <param name="timeout">For one call.</param>
    /// <param name="verify">Whether it must show a good certificate.</param>
    /// <param name="setup">The plugin's.</param>
    public static OpenIdProvider For(string issuer, DocumentTimes times, TimeSpan timeout, bool verify, PluginSetup setup)
    {
        if (issuer.EndsWith(WellKnown, StringComparison.Ordinal)) issuer = issuer[..^WellKnown.Length];

        // Asked for by every snapshot, so that it is there for as long as the provider.
        var client = ProviderClient.For(timeout, verify, setup);
        return setup.Shared.Get((issuer, times, timeout, verify), setup.Snapshot.Lease, () => new OpenIdProvider(issuer, times, client, setup.Time, setup.Log));
    }

    /// <summary>What the provider says of itself; null when it is away and was never asked before. Continues on any thread.</summary>
    public Task<FoundProvider?> FindAsync() => document.GetAsync();

    private static FoundProvider? Read(byte[] json, FoundProvider? known, string issuer, DocumentTimes times, ProviderClient client, TimeProvider time, ILogger log)
    {
        if (ProviderMetadata.Read(json, issuer) is not { Keys: { } keys } metadata) return null;
        if (known?.Metadata == metadata) return known;
        return new FoundProvider(metadata, known?.Metadata.Keys == keys ? known!.Keys : new RemoteKeySet(keys, times, client, time, log));
    }
}

/// <summary>A provider that has answered.</summary>
internal sealed record FoundProvider(ProviderMetadata Metadata, RemoteKeySet Keys);
