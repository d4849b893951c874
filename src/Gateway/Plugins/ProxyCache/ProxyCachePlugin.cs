using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Plugins.ProxyCache;

/// <summary>Answers from responses kept in memory, and keeps them.</summary>
internal sealed class ProxyCachePlugin : Plugin
{
    public const string StatusHeader = "X-Cache-Status";
    public const string KeyHeader = "X-Cache-Key";

    public static readonly PluginDescriptor Descriptor = new PluginDescriptor<ProxyCachePlugin, ProxyCacheConfig>((config, setup) => new(config, setup))
    {
        Name = "proxy-cache",
        Summary = "Keeps responses in memory and answers from them.",
    };

    private static readonly PluginSlot<Lookup> Slot = new();

    private static readonly Lookup NotCacheable = new("Bypass", null);

    // Framing and connection fields are made anew for each response; the gateway's own fields are about one exchange only. Kong drops
    // RateLimit-Remaining too, so that a hit does not show another client's count.
    private static readonly HashSet<string> NotStored = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Trailers",
        "Transfer-Encoding", "Upgrade", "Content-Length", "Content-Type", "Age", "Via", StatusHeader, KeyHeader, "X-Kong-Request-Id",
        "X-Kong-Upstream-Latency", "X-Kong-Proxy-Latency", "X-Kong-Response-Latency", "X-Kong-Upstream-Status",
    };

    private readonly ProxyCacheConfig config;
    private readonly TimeProvider time;
    private readonly ResponseStore store;
    private readonly CacheableType[] types;
    private readonly string[] methods;

    public ProxyCachePlugin(ProxyCacheConfig config, PluginSetup setup)
    {
        this.config = config;
        time = setup.Time;
        store = setup.Shared.Get(config.Memory.DictionaryName, setup.Snapshot.Lease, () => new ResponseStore(setup.Time) { Name = config.Memory.DictionaryName });
        types = [.. config.ContentType.Select(t => new CacheableType(t))];
        methods = [.. config.RequestMethod];
    }

    public override ValueTask<Verdict> RewriteAsync(Exchange exchange) =>
        Find(exchange) is { } answer ? Verdict.Stop(answer) : Verdict.Continue;

    public override void Respond(Exchange exchange)
    {
        if (Slot.Get(exchange) is not { } lookup) return;
        var headers = exchange.Response.Headers;
        if (lookup.Key is null)
        {
            store.Note(exchange.LoopIndex, CacheResult.Bypass);
            Show(headers, lookup);
            return;
        }

        // As in Kong, the answer to only-if-cached shows the key but no status.
        if (ReferenceEquals(exchange.Error, ProxyCacheErrors.NotCached))
        {
            store.Note(exchange.LoopIndex, CacheResult.Miss);
            Show(headers, lookup with { Status = null });
            return;
        }

        var ttl = TimeToLive(exchange, headers);
        if (ttl <= 0)
        {
            store.Note(exchange.LoopIndex, CacheResult.Bypass);
            headers.Remove(StatusHeader);
            Show(headers, lookup with { Status = "Bypass" });
            return;
        }

        store.Note(exchange.LoopIndex, lookup.Status == "Refresh" ? CacheResult.Refresh : CacheResult.Miss);

        // Without a body nothing says that the response was whole. nginx gives Kong no body to store either.
        if (!HttpMethods.IsHead(exchange.Request.Method) && exchange.Response.StatusCode is not (204 or 304))
        {
            lookup.Response = Take(exchange.Response, ttl);
            exchange.CaptureResponseBody(store.MaxBody, Keep);
        }

        Show(headers, lookup);
    }

    private Answer? Find(Exchange exchange)
    {
        var directives = config.CacheControl ? CacheDirectives.Parse(exchange.Request.Headers.CacheControl) : default;
        if (!methods.AsSpan().Contains(exchange.Request.Method) || directives.NoStore || directives.NoCache)
        {
            Slot.Set(exchange, NotCacheable);
            return null;
        }

        using var key = new CacheKey(stackalloc char[512]);
        key.Write(exchange, config);
        var now = time.GetTimestamp();
        if (store.Find(key.Text, now) is not { } found)
        {
            Slot.Set(exchange, new Lookup("Miss", key.Text.ToString()));
            return directives.OnlyIfCached ? ProxyCacheErrors.NotCached.Answer : null;
        }

        var age = (now - found.StoredAt) / time.TimestampFrequency;
        if (!Acceptable(age, found.Ttl, directives))
        {
            Slot.Set(exchange, new Lookup("Refresh", found.Key));
            return null;
        }

        store.Note(exchange.LoopIndex, CacheResult.Hit);
        return NotModified(exchange.Request.Headers, found)
            ? found.NotModified(age, config.ResponseHeaders)
            : found.Answer(age, config.ResponseHeaders);
    }

    private bool Acceptable(long age, long ttl, in CacheDirectives wants)
    {
        if (!config.CacheControl) return age <= config.CacheTtl;
        if (age > wants.MaxAge || ttl - age < wants.MinFresh) return false;
        return age <= ttl || age - ttl <= wants.MaxStale;
    }

    private static bool NotModified(IHeaderDictionary request, StoredResponse found)
    {
        if (found.Status != 200) return false;
        var tags = request.IfNoneMatch;
        if (tags.Count > 0) return found.ETag is not null && EntityTags.Match(tags, found.ETag);
        return found.LastModified is not null && string.Equals(request.IfModifiedSince, found.LastModified, StringComparison.Ordinal);
    }

    private void Show(IHeaderDictionary headers, Lookup lookup)
    {
        if (config.ResponseHeaders.XCacheKey && lookup.Key is not null)
            headers[KeyHeader] = StringValues.Concat(lookup.PublicKey, headers[KeyHeader]);
        if (config.ResponseHeaders.XCacheStatus && lookup.Status is not null)
            headers[StatusHeader] = StringValues.Concat(lookup.Status, headers[StatusHeader]);
    }

    /// <summary>How long the response is fresh; 0 when it must not be stored.</summary>
    private long TimeToLive(Exchange exchange, IHeaderDictionary headers)
    {
        if (!config.ResponseCode.Contains(exchange.Response.StatusCode)) return 0;
        var type = headers.ContentType;
        if (type.Count != 1 || !types.Any(t => t.Matches(type.ToString()))) return 0;
        if (!config.CacheControl) return config.CacheTtl;
        var directives = CacheDirectives.Parse(headers.CacheControl);
        return directives.Private || directives.NoStore || directives.NoCache ? 0 : directives.FreshFor(headers, time.GetUtcNow());
    }

    private PendingResponse Take(HttpResponse response, long ttl)
    {
        var kept = new List<KeyValuePair<string, StringValues>>();
        foreach (var header in response.Headers)
            if (!NotStored.Contains(header.Key) && !header.Key.Contains("ratelimit-remaining", StringComparison.OrdinalIgnoreCase))
                kept.Add(header);
        return new PendingResponse(this, response.StatusCode, response.Headers.ContentType, [.. kept], ttl);
    }

    private static void Keep(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        if (Slot.Get(exchange) is { Key: { } key, Response: { } response } lookup) response.Owner.Keep(key, lookup.PublicKey!, response, body);
    }

    private void Keep(string key, string publicKey, PendingResponse response, ReadOnlyMemory<byte> body)
    {
        var now = time.GetTimestamp();
        store.Put(new StoredResponse
        {
            Key = key,
            PublicKey = publicKey,
            Status = response.Status,
            ContentType = response.ContentType,
            Headers = response.Headers,
            Body = body.ToArray(),
            StoredAt = now,
            Ttl = response.Ttl,
            KeptUntil = now + ((config.StorageTtl ?? response.Ttl) * time.TimestampFrequency),
            ETag = Single(response.Headers, "ETag"),
            LastModified = Single(response.Headers, "Last-Modified"),
        });
    }

    private static string? Single(KeyValuePair<string, StringValues>[] headers, string name)
    {
        foreach (var (key, value) in headers)
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    /// <summary>What the lookup of a request that was not answered from the cache found.</summary>
    private sealed record Lookup(string? Status, string? Key)
    {
        public string? PublicKey => field ??= Key is null ? null : CacheKey.Publish(Key);

        public PendingResponse? Response { get; set; }
    }

    /// <summary>The head of a response whose body is being kept.</summary>
    private sealed record PendingResponse(
        ProxyCachePlugin Owner, int Status, string? ContentType, KeyValuePair<string, StringValues>[] Headers, long Ttl);
}
