namespace Sluice.Gateway.Caching;

/// <summary>A cache that an operator can take responses out of; those in use are <see cref="Snapshot.GatewayRuntime.Caches"/>.</summary>
/// <remarks>Where nodes share a cache, what one takes out is gone for all. Safe from any thread, but not for event loops.</remarks>
public interface ICachePurge
{
    /// <summary>The store's name in the configuration.</summary>
    string Name { get; }

    /// <summary>Where the responses are: <c>memory</c> for this node's own, <c>redis</c> for those of all nodes.</summary>
    string Storage { get; }

    /// <summary>What it holds; null when it cannot be asked.</summary>
    ValueTask<CacheSize?> SizeAsync();

    /// <summary>Takes out the responses to one URL, <c>https://host/path?query</c> as it is asked for.</summary>
    /// <returns>How many entries there were; null when it cannot be asked, so that not all may be out.</returns>
    ValueTask<int?> PurgeKeyAsync(string url);

    /// <summary>Takes out all whose URL begins with <paramref name="prefix"/>.</summary>
    /// <inheritdoc cref="PurgeKeyAsync" path="/returns"/>
    ValueTask<int?> PurgePrefixAsync(string prefix);

    /// <summary>Takes out all that carry a tag.</summary>
    /// <inheritdoc cref="PurgeKeyAsync" path="/returns"/>
    ValueTask<int?> PurgeTagAsync(string tag);

    /// <summary>Takes out everything.</summary>
    /// <inheritdoc cref="PurgeKeyAsync" path="/returns"/>
    ValueTask<int?> PurgeAllAsync();
}

/// <summary>What a cache holds.</summary>
/// <param name="Bytes">Memory that its entries take.</param>
/// <param name="Count">How many entries there are.</param>
public readonly record struct CacheSize(long Bytes, long Count);
