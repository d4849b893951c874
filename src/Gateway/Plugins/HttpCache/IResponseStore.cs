using Sluice.Gateway.Caching;
using Sluice.Gateway.Pipeline;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Where the responses of an http-cache are. Nothing here throws: what cannot be reached is as if it were not there.</summary>
internal interface IResponseStore : ICachePurge, IMetricsSource
{
    /// <summary>Looks for the response to what the exchange asks for, fresh or not. May continue off the exchange's loop.</summary>
    ValueTask<CacheLookup> FindAsync(Exchange exchange, bool byConsumer);

    /// <summary>Stores a response under what tells it apart.</summary>
    /// <param name="head">The response without its body.</param>
    /// <returns>Whether it is there now.</returns>
    Task<bool> PutAsync(CachedResponse head, ReadOnlyMemory<byte> body, Variant variant);

    /// <summary>Stores a response in place of the one with the same key.</summary>
    /// <inheritdoc cref="PutAsync" path="/returns"/>
    Task<bool> ReplaceAsync(CachedResponse response);

    /// <summary>Takes out what is stored of a URL, because it may be wrong now.</summary>
    Task RemoveAsync(string resource);
}

/// <summary>What a lookup found.</summary>
/// <param name="There">What stands under the URL itself: a response, whoever it is for, the names that tell its responses apart, or nothing.</param>
/// <param name="Found">The response to the request; null for none.</param>
/// <param name="IsAway">The store could not be asked.</param>
internal readonly record struct CacheLookup(CacheEntry? There, CachedResponse? Found, bool IsAway = false)
{
    public VariantNames? Names => There as VariantNames;
}
