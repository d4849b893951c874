using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Plugins.IdentityProviders;

/// <summary>
/// A document that an identity provider publishes: fetched when first needed and kept. It is fetched again in the background when it is old, and at
/// once, but seldom, when somebody misses something in it. While the provider is away, what is known stays good.
/// </summary>
/// <param name="source">Where it is.</param>
/// <param name="purpose">For the metric and the log.</param>
/// <param name="read">Makes something of the bytes, given what is known; null when they are no such document.</param>
/// <param name="times">How long it is kept, and when it may be fetched again.</param>
/// <param name="client">What it is fetched by.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where failures are told.</param>
internal sealed partial class RemoteDocument<T>(
    Uri source, string purpose, Func<byte[], T?, T?> read, DocumentTimes times, ProviderClient client, TimeProvider time, ILogger log)
    where T : class
{
    /// <summary>After a failure, before the provider is asked again; until then requests that need it fail at once.</summary>
    public static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private Task<T?>? fetching;
    private volatile T? known;
    private DateTimeOffset fetched = DateTimeOffset.MinValue;
    private DateTimeOffset tried = DateTimeOffset.MinValue;
    private bool failed;

    /// <summary>What is known; another object when something else came. Null when nothing has come yet.</summary>
    public T? Known => known;

    /// <summary>What is known, waited for when that is nothing; null when the provider does not give it now. Continues on any thread.</summary>
    public Task<T?> GetAsync()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var rests = failed && now - tried < FailurePause;
            if (known is { } document)
            {
                if (!rests && now - fetched >= times.Lifetime) fetching ??= Task.Run(FetchAsync);
                return Task.FromResult<T?>(document);
            }

            return rests ? Task.FromResult<T?>(null) : fetching ??= Task.Run(FetchAsync);
        }
    }

    /// <summary>What is known when <paramref name="old"/> did not do; it is fetched again unless that was done lately.</summary>
    public Task<T?> NewerAsync(T old)
    {
        lock (gate)
        {
            if (!ReferenceEquals(known, old)) return Task.FromResult<T?>(known);
            if (fetching is not null) return fetching;
            return time.GetUtcNow() - tried < times.Pause ? Task.FromResult<T?>(known) : fetching = Task.Run(FetchAsync);
        }
    }

    private async Task<T?> FetchAsync()
    {
        var (answer, failure) = await client.CallAsync(purpose, () => new HttpRequestMessage(HttpMethod.Get, source) { Headers = { { "Accept", "application/json, application/jwk-set+json" } } });
        T? document = null;
        if (answer is { Status: 200 })
        {
            document = read(answer.Body, known);
            failure = "it is not what was expected";
        }
        else
        {
            failure ??= $"status {answer!.Status}";
        }

        lock (gate)
        {
            fetching = null;
            tried = time.GetUtcNow();
            failed = document is null;
            if (document is null)
            {
                LogFailure(log, purpose, source.Authority, failure, known is null ? "nothing is known" : "what is known stays");
                return known;
            }

            fetched = tried;
            return known = document;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Fetching {Document} from {Server} failed: {Failure}; {Consequence}")]
    private static partial void LogFailure(ILogger log, string document, string server, string failure, string consequence);
}

/// <param name="Lifetime">After this, a document is fetched again in the background.</param>
/// <param name="Pause">Between two fetches for what is missing, so that nobody can have the provider flooded.</param>
internal readonly record struct DocumentTimes(TimeSpan Lifetime, TimeSpan Pause);
