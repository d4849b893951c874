using System.Buffers.Text;
using System.Text;
using Sluice.Foundation.Redis;
using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>
/// Responses in a Redis server, for all nodes that use it. A hit is one round trip; where Vary tells responses apart, only if this node has seen the
/// names lately. While the server is away nothing is found and nothing stored.
/// </summary>
internal sealed class RedisResponses : IResponseStore, IDisposable
{
    /// <summary>What an entry takes besides its bytes: its key, and its places in the four others, measured.</summary>
    private const int Overhead = 640;

    private const int IdBytes = 18;
    private const int LargeBody = 128 * 1024;

    private readonly RedisClient redis;
    private readonly TimeProvider time;
    private readonly long budget;
    private readonly string prefix;
    private readonly RedisArgument[] keys;
    private readonly RecentNames seen = new();
    private readonly PendingRemovals pending;
    private long lookupFailures;
    private long storeFailures;
    private long unreadable;
    private long underWay;
    private long lastBytes;
    private long lastCount;

    public RedisResponses(RedisClient redis, string name, long budget, TimeProvider time)
    {
        this.redis = redis;
        this.time = time;
        this.budget = budget;
        Name = name;
        prefix = $"sluice:http-cache:{name}:";
        keys = [prefix + "about", prefix + "ring", prefix + "expire", prefix + "bytes"];
        pending = new PendingRemovals(TryRemoveAsync, () => PurgeAsync("all", ""), time);
    }

    public string Name { get; }

    public string Storage => "redis";

    /// <summary>Entries and removals on their way to the server, for tests.</summary>
    internal long UnderWay => Interlocked.Read(ref underWay);

    public ValueTask<CacheLookup> FindAsync(Exchange exchange, bool byConsumer)
    {
        var resource = KeyOf(exchange, byConsumer, names: null);
        var names = seen.Find(resource);
        return FindAsync(exchange, byConsumer, resource, names, names is null ? null : KeyOf(exchange, byConsumer, names));
    }

    public async Task<bool> PutAsync(CachedResponse head, ReadOnlyMemory<byte> body, Variant variant)
    {
        var key = variant.KeyUnder(variant.There, head, out var made);
        var response = StoredHead.With(head, key, body);
        if (key.Length == variant.Resource.Length) return await SendAsync(response, null, null).ConfigureAwait(false);
        return await SendAsync(response, variant.Resource, made).ConfigureAwait(false);
    }

    public Task<bool> ReplaceAsync(CachedResponse response) => SendAsync(response, response.Resource.Length == response.Key.Length ? null : response.Resource.ToString(), null);

    public async Task RemoveAsync(string resource)
    {
        if (resource.Length == 0) return;
        Interlocked.Increment(ref underWay);
        if (!await TryRemoveAsync([IdOf(resource)]).ConfigureAwait(false)) pending.Add(IdOf(resource));
        Interlocked.Decrement(ref underWay);
    }

    public async ValueTask<CacheSize?> SizeAsync()
    {
        var (bytes, count) = (await redis.ExecuteAsync("GET", keys[3]).ConfigureAwait(false), await redis.ExecuteAsync("ZCARD", keys[1]).ConfigureAwait(false));
        if (bytes.IsError || count.IsError) return null;
        return Remember(long.TryParse(bytes.Text, out var taken) ? taken : 0, count.Integer);
    }

    /// <summary>With what stands under the URL its variants are gone, too: nothing names them any more, and they leave when their time is over.</summary>
    public async ValueTask<int?> PurgeKeyAsync(string url)
    {
        var reply = await redis.EvaluateAsync(RedisScripts.Remove, keys, [prefix, IdOf(url)]).ConfigureAwait(false);
        return reply.IsError ? null : (int)reply.Integer;
    }

    public ValueTask<int?> PurgePrefixAsync(string prefix) => PurgeAsync("prefix", prefix);

    public ValueTask<int?> PurgeTagAsync(string tag) => PurgeAsync("tag", tag);

    public ValueTask<int?> PurgeAllAsync() => PurgeAsync("all", "");

    public void Dispose() => pending.Dispose();

    public void WriteTo(PrometheusText text, GatewayRuntime runtime)
    {
        EntrySizes.WriteTo(text, Name, Volatile.Read(ref lastBytes), Volatile.Read(ref lastCount));
        text.Family("gateway_http_cache_store_failures_total", "counter", "Lookups, stored responses and removals for which the store of an http-cache was away or refused.")
            .Sample("gateway_http_cache_store_failures_total", Interlocked.Read(ref lookupFailures), ("cache", Name), ("operation", "lookup"))
            .Sample("gateway_http_cache_store_failures_total", Interlocked.Read(ref storeFailures), ("cache", Name), ("operation", "store"))
            .Sample("gateway_http_cache_store_failures_total", pending.Failures, ("cache", Name), ("operation", "remove"));
        text.Family("gateway_http_cache_unreadable_total", "counter", "Entries of an http-cache's store that are none: damaged, or another's.")
            .Sample("gateway_http_cache_unreadable_total", Interlocked.Read(ref unreadable), ("cache", Name));
    }

    /// <param name="names">Those that this node has seen under the URL, or null.</param>
    /// <param name="guess">The key of the variant by those names.</param>
    private async ValueTask<CacheLookup> FindAsync(Exchange exchange, bool byConsumer, string resource, VariantNames? names, string? guess)
    {
        var reply = guess is null
            ? await redis.ExecuteAsync("GET", EntryOf(resource)).ConfigureAwait(false)
            : await redis.ExecuteAsync("MGET", EntryOf(resource), EntryOf(guess)).ConfigureAwait(false);
        if (reply.IsError || (guess is not null && reply.Items.Count != 2)) return Away();
        var there = Read(guess is null ? reply : reply.Items[0], resource);
        if (there is CachedResponse plain) return new CacheLookup(plain, plain.IsFor(exchange, byConsumer) ? plain : null);
        if (there is not VariantNames known) return default;
        if (known.Generation == names?.Generation) return new CacheLookup(known, Read(reply.Items[1], guess!) as CachedResponse);
        seen.Add(known);
        var key = KeyOf(exchange, byConsumer, known);
        reply = await redis.ExecuteAsync("GET", EntryOf(key)).ConfigureAwait(false);
        return reply.IsError ? Away() : new CacheLookup(known, Read(reply, key) as CachedResponse);
    }

    private static string KeyOf(Exchange exchange, bool byConsumer, VariantNames? names)
    {
        using var key = new ResourceKey(stackalloc char[512]);
        key.WriteResource(exchange);
        if (names is not null) key.WriteVariant(exchange, names, byConsumer);
        return key.Text.ToString();
    }

    private CacheSize Remember(long bytes, long count)
    {
        Volatile.Write(ref lastBytes, bytes);
        Volatile.Write(ref lastCount, count);
        return new CacheSize(bytes, count);
    }

    private CacheLookup Away()
    {
        Interlocked.Increment(ref lookupFailures);
        return new CacheLookup(null, null, IsAway: true);
    }

    private CacheEntry? Read(RedisReply reply, string key)
    {
        if (reply.Kind == RedisReplyKind.Null) return null;
        var entry = StoredBytes.Read(reply.Bytes, key, time);
        if (entry is null) Interlocked.Increment(ref unreadable);
        return entry;
    }

    /// <param name="resource">The URL whose names are kept for as long; null for a response that has it to itself.</param>
    /// <param name="made">New names for it.</param>
    private async Task<bool> SendAsync(CachedResponse response, string? resource, VariantNames? made)
    {
        var left = (response.KeptUntil - time.GetTimestamp()) / Math.Max(1, time.TimestampFrequency / 1000);
        if (left <= 0) return false;
        Interlocked.Increment(ref underWay);

        // Copying and hashing much would hold the loop.
        if (response.Body.Length > LargeBody) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        List<RedisArgument> arguments = [prefix, budget];
        var size = 0L;
        if (resource is not null) Add(resource, made, resource, []);
        Add(response.Key, response, response.Resource.ToString(), response.Tags);
        var stored = false;
        if (size <= budget)
        {
            var reply = await redis.EvaluateAsync(RedisScripts.Put, keys, arguments).ConfigureAwait(false);
            stored = reply is { Kind: RedisReplyKind.List, Items.Count: 2 };
            if (stored) Remember(reply.Items[0].Integer, reply.Items[1].Integer);
            else Interlocked.Increment(ref storeFailures);
            if (stored && made is not null) seen.Add(made);
        }

        Interlocked.Decrement(ref underWay);
        return stored;

        void Add(string key, CacheEntry? entry, string url, string[] tags)
        {
            var lines = string.Join('\n', [url, .. tags, ""]);
            ReadOnlyMemory<byte> bytes = entry is null ? default : StoredBytes.Write(entry, time);
            var taken = bytes.Length + Encoding.UTF8.GetByteCount(lines) + Overhead;
            if (entry is not null) size += taken;
            arguments.AddRange([IdOf(key), left, taken, lines, bytes]);
        }
    }

    private async Task<bool> TryRemoveAsync(IReadOnlyCollection<string> ids)
    {
        RedisArgument[] arguments = [prefix, .. ids.Select(id => (RedisArgument)id)];
        return !(await redis.EvaluateAsync(RedisScripts.Remove, keys, arguments).ConfigureAwait(false)).IsError;
    }

    /// <summary>Looks at every entry, some at a time, so that nobody waits long meanwhile: for an operator, not for requests.</summary>
    private async ValueTask<int?> PurgeAsync(string kind, string which)
    {
        var removed = 0;
        var cursor = "0";
        do
        {
            var reply = await redis.EvaluateAsync(RedisScripts.Purge, keys, [prefix, cursor, kind, which]).ConfigureAwait(false);
            if (reply.Kind != RedisReplyKind.List || reply.Items.Count != 2 || reply.Items[0].Text is not { } next) return null;
            removed += (int)reply.Items[1].Integer;
            cursor = next;
        }
        while (cursor is not "0");
        return removed;
    }

    private string EntryOf(string key) => prefix + IdOf(key);

    private static string IdOf(string key) => Base64Url.EncodeToString(StoredBytes.HashOf(key).AsSpan(0, IdBytes));
}
