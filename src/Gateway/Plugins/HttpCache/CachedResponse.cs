using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>A whole response in the store with all that decides whether it may be served.</summary>
internal sealed class CachedResponse : CacheEntry
{
    private Ready? ready;

    /// <summary>Whose it is: responses are not served on other routes or to other consumers. Empty for nobody's.</summary>
    public required Guid Route { get; init; }

    /// <inheritdoc cref="Route"/>
    public required Guid Consumer { get; init; }

    public required int Status { get; init; }

    /// <summary>Everything but framing, Age, and fields of the connection.</summary>
    public required KeyValuePair<string, StringValues>[] Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>When it came: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long StoredAt { get; init; }

    public required Freshness Freshness { get; init; }

    /// <summary>It is asked about before each use.</summary>
    public required bool NoCache { get; init; }

    /// <summary>It may not be served stale, whoever asks.</summary>
    public required bool MustRevalidate { get; init; }

    /// <summary>It does not change while it is fresh (RFC 8246).</summary>
    public required bool Immutable { get; init; }

    /// <summary>Seconds for which it may be served stale while it is fetched anew.</summary>
    public required long StaleWhileRevalidate { get; init; }

    /// <summary>Seconds for which it may be served stale instead of an error.</summary>
    public required long StaleIfError { get; init; }

    public required string[] Tags { get; init; }

    public string? ETag { get; init; }

    public string? LastModified { get; init; }

    /// <summary>The URL that it answers.</summary>
    public ReadOnlySpan<char> Resource => Key.AsSpan().IndexOf(ResourceKey.End) is >= 0 and var end ? Key.AsSpan(0, end) : Key;

    /// <summary>It answers requests like this one on this route and of this consumer.</summary>
    public bool IsFor(Exchange exchange, bool byConsumer) =>
        Route == (exchange.Route?.Config.Id ?? default) && Consumer == ResourceKey.ConsumerOf(exchange, byConsumer);

    /// <summary>A request can ask whether it is still right.</summary>
    public bool HasValidator => ETag is not null || LastModified is not null;

    public long AgeAt(long now, TimeProvider time) => Freshness.InitialAge + ((now - StoredAt) / time.TimestampFrequency);

    public string? Header(string name)
    {
        foreach (var (key, value) in Headers)
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    /// <summary>The answer for a client that gets all of it, made at most once per second of age.</summary>
    /// <param name="age">In seconds.</param>
    /// <param name="tells">Whether clients are told what the cache did.</param>
    public Answer Hit(long age, bool tells)
    {
        var current = ready;
        if (current is not null && current.Age == age && current.Tells == tells) return current.Answer;
        current = new Ready(age, tells, Answer(age, Status, Body, tells ? HitStatus(age) : null));
        ready = current;
        return current.Answer;
    }

    /// <summary>What Cache-Status says of an answer without the upstream.</summary>
    public string HitStatus(long age) => string.Create(CultureInfo.InvariantCulture, $"sluice; hit; ttl={Freshness.Lifetime - age}");

    public Answer Answer(long age, int status, ReadOnlyMemory<byte> body, string? cacheStatus, params ReadOnlySpan<KeyValuePair<string, StringValues>> more)
    {
        var headers = new List<KeyValuePair<string, StringValues>>(Headers.Length + 2 + more.Length);
        foreach (var header in Headers)
            if (status != 304 || !IsAboutContent(header.Key)) headers.Add(header);
        headers.AddRange(more);
        headers.Add(new("Age", age.ToString(CultureInfo.InvariantCulture)));
        if (cacheStatus is not null)
            headers.Add(new(HttpCachePlugin.StatusHeader, Header(HttpCachePlugin.StatusHeader) is { } others ? $"{others}, {cacheStatus}" : cacheStatus));
        return new Answer { Status = status, Body = body, Headers = headers.ToArray(), Source = ResponseSource.Cache };
    }

    protected override long Measure()
    {
        const int overhead = 768;
        long chars = Key.Length + Tags.Sum(t => t.Length + 16);
        foreach (var (name, values) in Headers)
        {
            chars += name.Length + 16;
            foreach (var value in values) chars += (value?.Length ?? 0) + 16;
        }

        // The answer of the last hit holds the fields once more.
        return overhead + (chars * sizeof(char)) + (Headers.Length * 32L) + Body.Length;
    }

    private static bool IsAboutContent(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Location", StringComparison.OrdinalIgnoreCase);

    private sealed record Ready(long Age, bool Tells, Answer Answer);
}
