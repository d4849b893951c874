using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>The keys of an issuer, which are fetched again when a token names one that is not among them.</summary>
internal sealed class RemoteKeySet(Uri source, DocumentTimes times, ProviderClient client, TimeProvider time, ILogger log)
{
    /// <summary>Between two fetches for missing keys where nothing else is configured.</summary>
    public static readonly TimeSpan RotationPause = TimeSpan.FromSeconds(30);

    private readonly RemoteDocument<JsonWebKeySet> document = new(source, "keys", Read, times, client, time, log);

    /// <summary>The keys that are known; another object when others came. Null when none have come yet.</summary>
    public JsonWebKeySet? Known => document.Known;

    /// <summary>The set of a URL, shared by all middleware that uses it in the same way.</summary>
    public static RemoteKeySet For(Uri source, TimeSpan lifetime, TimeSpan timeout, bool verify, PluginSetup setup)
    {
        // Asked for by every snapshot, so that it is there for as long as the set.
        var client = ProviderClient.For(timeout, verify, setup);
        var times = new DocumentTimes(lifetime, RotationPause);
        return setup.Shared.Get((source.AbsoluteUri, times, timeout, verify), setup.Snapshot.Lease, () => new RemoteKeySet(source, times, client, setup.Time, setup.Log));
    }

    /// <summary>Whether the issuer made the token's signature. Waits for the source where it must; continues on any thread.</summary>
    public async Task<KeySetVerdict> VerifyAsync(string text, JsonWebToken token)
    {
        if (await document.GetAsync() is not { } set) return new(TokenCheck.Unavailable, null);
        var match = await Task.Run(() => set.Verify(text, token));
        if (match == KeyMatch.Good) return new(TokenCheck.Good, set);

        // A token that names no key may be by a new one, too.
        var mayBeNew = match == KeyMatch.NoKey || TokenClaims.Text(token.Header, "kid") is null;
        if (!mayBeNew || await document.NewerAsync(set) is not { } newer || ReferenceEquals(newer, set)) return new(TokenCheck.NotGenuine, null);
        return await Task.Run(() => newer.Verify(text, token)) == KeyMatch.Good ? new(TokenCheck.Good, newer) : new(TokenCheck.NotGenuine, null);
    }

    /// <summary>The same bytes are the same set, so that what was verified by it stays verified.</summary>
    private static JsonWebKeySet? Read(byte[] json, JsonWebKeySet? known) =>
        known?.IsFrom(json) == true ? known : JsonWebKeySet.Read(json) is { Count: > 0 } read ? read : null;
}

/// <summary>What an issuer's keys say of a token.</summary>
/// <param name="Check">The outcome.</param>
/// <param name="Keys">By which keys it is good; a verdict counts while these are <see cref="RemoteKeySet.Known"/>.</param>
internal readonly record struct KeySetVerdict(TokenCheck Check, JsonWebKeySet? Keys);

internal enum TokenCheck
{
    Good,

    NotGenuine,

    /// <summary>The issuer's keys are not to be had now.</summary>
    Unavailable,
}
