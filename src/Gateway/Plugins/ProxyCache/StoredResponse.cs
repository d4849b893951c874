using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>A whole response in the store, ready to be sent.</summary>
internal sealed class StoredResponse : CacheEntry
{
    private Ready? ready;

    /// <summary>The key as clients see it: 64 hex digits.</summary>
    public required string PublicKey { get; init; }

    public required int Status { get; init; }

    public required string? ContentType { get; init; }

    /// <summary>Everything but the Content-Type, the framing and the cache's own fields.</summary>
    public required KeyValuePair<string, StringValues>[] Headers { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>When it was stored: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public required long StoredAt { get; init; }

    /// <summary>Seconds for which it is fresh.</summary>
    public required long Ttl { get; init; }

    public string? ETag { get; init; }

    public string? LastModified { get; init; }

    /// <summary>The answer for a client, made at most once per second of age.</summary>
    public Answer Answer(long age, ProxyCacheHeaders shown)
    {
        var current = ready;
        if (current is not null && current.Age == age && ReferenceEquals(current.Shown, shown)) return current.Answer;
        current = new Ready(age, shown, Make(Status, ContentType, Body, age, shown));
        ready = current;
        return current.Answer;
    }

    /// <summary>The answer for a client that has the response already.</summary>
    public Answer NotModified(long age, ProxyCacheHeaders shown) => Make(304, null, default, age, shown);

    private Answer Make(int status, string? contentType, ReadOnlyMemory<byte> body, long age, ProxyCacheHeaders shown)
    {
        var headers = new List<KeyValuePair<string, StringValues>>(Headers.Length + 3);
        headers.AddRange(Headers);
        if (shown.XCacheKey) headers.Add(new(ProxyCachePlugin.KeyHeader, PublicKey));
        if (shown.XCacheStatus) headers.Add(new(ProxyCachePlugin.StatusHeader, "Hit"));
        if (shown.Age) headers.Add(new("Age", age.ToString()));
        return new Answer { Status = status, ContentType = contentType, Body = body, Headers = headers.ToArray(), Source = ResponseSource.Cache };
    }

    protected override long Measure()
    {
        const int overhead = 512;
        long chars = Key.Length + PublicKey.Length + (ContentType?.Length ?? 0);
        foreach (var (name, values) in Headers)
        {
            chars += name.Length;
            foreach (var value in values) chars += value?.Length ?? 0;
        }

        return overhead + (chars * sizeof(char)) + Body.Length;
    }

    private sealed record Ready(long Age, ProxyCacheHeaders Shown, Answer Answer);
}
