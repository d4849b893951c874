using Microsoft.Extensions.Logging;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Plugins.Jose;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>
/// The keys of an issuer, fetched from it when first needed and kept. They are fetched again in the background when they are old, and at once, but
/// seldom, when a token names a key that is not among them. While the source is away, those that are known stay good.
/// </summary>
internal sealed partial class RemoteKeySet(Uri source, TimeSpan lifetime, ProviderClient client, TimeProvider time, ILogger log)
{
    /// <summary>Between two fetches for keys that are missing, so that made-up names of keys cannot be used to flood the source.</summary>
    public static readonly TimeSpan RotationPause = TimeSpan.FromSeconds(30);

    /// <summary>After a failure, before the source is asked again; until then requests that need it fail at once.</summary>
    public static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private Task<JsonWebKeySet?>? fetching;
    private volatile JsonWebKeySet? keys;
    private DateTimeOffset fetched = DateTimeOffset.MinValue;
    private DateTimeOffset tried = DateTimeOffset.MinValue;
    private bool failed;

    /// <summary>The keys that are known; another object when others came. Null when none have come yet.</summary>
    public JsonWebKeySet? Known => keys;

    /// <summary>The set of a URL, shared by all middleware that uses it in the same way.</summary>
    public static RemoteKeySet For(Uri source, TimeSpan lifetime, TimeSpan timeout, bool verify, PluginSetup setup)
    {
        // Asked for by every snapshot, so that it is there for as long as the set.
        var client = ProviderClient.For(timeout, verify, setup);
        return setup.Shared.Get((source.AbsoluteUri, lifetime, timeout, verify), setup.Snapshot.Lease, () => new RemoteKeySet(source, lifetime, client, setup.Time, setup.Log));
    }

    /// <summary>Whether the issuer made the token's signature. Waits for the source where it must; continues on any thread.</summary>
    public async Task<KeySetVerdict> VerifyAsync(string text, JsonWebToken token)
    {
        if (await GetAsync() is not { } set) return new(TokenCheck.Unavailable, null);
        var match = await Task.Run(() => set.Verify(text, token));
        if (match == KeyMatch.Good) return new(TokenCheck.Good, set);

        // A token that names no key may be by a new one, too.
        var mayBeNew = match == KeyMatch.NoKey || TokenClaims.Text(token.Header, "kid") is null;
        if (!mayBeNew || await RotatedAsync(set) is not { } newer || ReferenceEquals(newer, set)) return new(TokenCheck.NotGenuine, null);
        return await Task.Run(() => newer.Verify(text, token)) == KeyMatch.Good ? new(TokenCheck.Good, newer) : new(TokenCheck.NotGenuine, null);
    }

    private Task<JsonWebKeySet?> GetAsync()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var rests = failed && now - tried < FailurePause;
            if (keys is { } known)
            {
                if (!rests && now - fetched >= lifetime) fetching ??= Task.Run(FetchAsync);
                return Task.FromResult<JsonWebKeySet?>(known);
            }

            return rests ? Task.FromResult<JsonWebKeySet?>(null) : fetching ??= Task.Run(FetchAsync);
        }
    }

    private Task<JsonWebKeySet?> RotatedAsync(JsonWebKeySet known)
    {
        lock (gate)
        {
            if (!ReferenceEquals(keys, known)) return Task.FromResult<JsonWebKeySet?>(keys);
            if (fetching is not null) return fetching;
            return time.GetUtcNow() - tried < RotationPause ? Task.FromResult<JsonWebKeySet?>(keys) : fetching = Task.Run(FetchAsync);
        }
    }

    private async Task<JsonWebKeySet?> FetchAsync()
    {
        var (answer, failure) = await client.CallAsync("keys", () => new HttpRequestMessage(HttpMethod.Get, source) { Headers = { { "Accept", "application/jwk-set+json, application/json" } } });
        JsonWebKeySet? read = null;
        if (answer is { Status: 200 })
        {
            read = keys?.IsFrom(answer.Body) == true ? keys : JsonWebKeySet.Read(answer.Body);
            if (read is null or { Count: 0 }) (read, failure) = (null, "no usable keys in the answer");
        }
        else failure ??= $"status {answer!.Status}";

        lock (gate)
        {
            fetching = null;
            tried = time.GetUtcNow();
            failed = read is null;
            if (read is null)
            {
                LogFailure(log, source.Authority, failure!, keys is null ? "none are known" : "those that are known stay");
                return keys;
            }

            fetched = tried;
            return keys = read;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of {Server} could not be fetched: {Failure}; {Consequence}")]
    private static partial void LogFailure(ILogger log, string server, string failure, string consequence);
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
