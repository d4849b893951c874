using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Snapshot;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Responses in this node's memory.</summary>
internal sealed class MemoryResponses(TimeProvider time, long budget) : EntryStore<CacheEntry>(time, budget), IResponseStore
{
    private static readonly Task<bool> Stored = Task.FromResult(true);
    private static readonly Task<bool> NotStored = Task.FromResult(false);

    public string Storage => "memory";

    /// <summary>Allocates nothing.</summary>
    public ValueTask<CacheLookup> FindAsync(Exchange exchange, bool byConsumer)
    {
        using var key = new ResourceKey(stackalloc char[512]);
        key.WriteResource(exchange);
        var now = Time.GetTimestamp();
        var there = Find(key.Text, now);
        if (there is not VariantNames names) return new(new CacheLookup(there, there is CachedResponse plain && plain.IsFor(exchange, byConsumer) ? plain : null));
        key.WriteVariant(exchange, names, byConsumer);
        return new(new CacheLookup(names, Find(key.Text, now) as CachedResponse));
    }

    public Task<bool> PutAsync(CachedResponse head, ReadOnlyMemory<byte> body, Variant variant)
    {
        // Others may have stored something since the request was made.
        var key = variant.KeyUnder(Find(variant.Resource, Time.GetTimestamp()), head, out var names);
        if (names is not null) Put(names);
        return ReplaceAsync(StoredHead.With(head, key, body));
    }

    public Task<bool> ReplaceAsync(CachedResponse response) => Put(response) ? Stored : NotStored;

    public Task RemoveAsync(string resource)
    {
        Remove(resource);
        return Task.CompletedTask;
    }

    public ValueTask<CacheSize?> SizeAsync() => new(new CacheSize(Bytes, Count));

    public ValueTask<int?> PurgeKeyAsync(string url) => new(RemoveAll(e => ResourceOf(e).SequenceEqual(url)));

    public ValueTask<int?> PurgePrefixAsync(string prefix) => new(RemoveAll(e => ResourceOf(e).StartsWith(prefix, StringComparison.Ordinal)));

    public ValueTask<int?> PurgeTagAsync(string tag) => new(RemoveAll(e => e is CachedResponse response && response.Tags.Contains(tag, StringComparer.Ordinal)));

    public ValueTask<int?> PurgeAllAsync() => new(Purge());

    public void WriteTo(PrometheusText text, GatewayRuntime runtime) => WriteSizeTo(text);

    private static ReadOnlySpan<char> ResourceOf(CacheEntry entry) => entry is CachedResponse response ? response.Resource : entry.Key;
}
