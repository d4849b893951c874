using Sluice.Foundation.Schema;
using Sluice.Gateway.Redis;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>A shared cache that does what RFC 9111 says; responses say themselves whether and for how long they may be served.</summary>
internal sealed record HttpCacheConfig : IChecked
{
    /// <summary>The largest body that is sent to a Redis server, whose other users wait meanwhile.</summary>
    private const int MaxRedisBody = 32 * 1024 * 1024;

    /// <summary>Where responses are kept: <c>memory</c> of this process, <c>redis</c> for all nodes that use the same server.</summary>
    [OneOf("memory", "redis")]
    public string Storage { get; init; } = "memory";

    /// <summary>The server of <c>storage: redis</c>.</summary>
    public RedisConfig? Redis { get; init; }

    /// <summary>Middleware that names the same store shares its responses and its memory.</summary>
    [Pattern("[A-Za-z0-9._-]{1,100}", "a name of A-Z, a-z, 0-9, '.', '_' and '-'")]
    public string Store { get; init; } = "http-cache";

    /// <summary>Bytes that the store may take in memory, be it the process's or the server's; of middleware with the same store, the first one's counts.</summary>
    [Between(64 * 1024, 1L << 40)]
    public long MaxBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Bytes of the largest body that is stored; larger ones stream through.</summary>
    [Between(0, 1 << 30)]
    public int MaxBody { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether responses that do not say how long they are fresh count as fresh for a tenth of the time since they were last modified.</summary>
    public bool HeuristicFreshness { get; init; }

    /// <summary>Seconds that heuristic freshness lasts at most.</summary>
    [Between(1, 31536000)]
    public int HeuristicMax { get; init; } = 86400;

    /// <summary>Seconds for which a stale response is served while it is fetched anew, where it does not say itself (RFC 5861).</summary>
    [Between(0, 31536000)]
    public int StaleWhileRevalidate { get; init; }

    /// <summary>Seconds for which a stale response is served instead of an error, where it does not say itself (RFC 5861).</summary>
    [Between(0, 31536000)]
    public int StaleIfError { get; init; }

    /// <summary>Seconds for which a response is kept after it has become stale, to be validated or served stale.</summary>
    [Between(0, 31536000)]
    public int KeepStale { get; init; } = 3600;

    /// <summary>Seconds that a request waits for another's response to the same; 0 to send all upstream.</summary>
    [Between(0, 3600)]
    public double CollapseTimeout { get; init; } = 5;

    /// <summary>Whether consumers get only responses to requests of their own, whatever header field they are known by.</summary>
    public bool ByConsumer { get; init; } = true;

    /// <summary>Whether Cache-Control and Pragma of requests are obeyed; otherwise clients cannot get past the cache.</summary>
    public bool ClientDirectives { get; init; } = true;

    /// <summary>Fields that are looked at before Cache-Control, as in RFC 9213: <c>CDN-Cache-Control</c>, <c>Surrogate-Control</c>. The first that is there counts.</summary>
    [Pattern("[A-Za-z0-9-]+", "a header name of A-Z, a-z, 0-9 and -")]
    public IReadOnlyList<string> TargetedFields { get; init; } = ["CDN-Cache-Control"];

    /// <summary>Fields of responses that list the tags by which they can be purged.</summary>
    [Pattern("[A-Za-z0-9-]+", "a header name of A-Z, a-z, 0-9 and -")]
    public IReadOnlyList<string> TagFields { get; init; } = ["Surrogate-Key", "Cache-Tag"];

    /// <summary>Whether Cache-Status (RFC 9211) tells clients what the cache did.</summary>
    public bool CacheStatus { get; init; } = true;

    public void Check(Action<string, string> report)
    {
        if (Storage is not "redis") return;
        if (Redis?.Host is null) report("redis.host", "required field missing: storage is redis");
        if (MaxBody > MaxRedisBody) report("max_body", $"at most {MaxRedisBody} with storage redis");
    }
}
