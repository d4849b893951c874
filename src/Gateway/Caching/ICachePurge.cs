namespace Sluice.Gateway.Caching;

/// <summary>A cache that an operator can take responses out of; those in use are <see cref="Snapshot.GatewayRuntime.Caches"/>.</summary>
public interface ICachePurge
{
    /// <summary>The store's name in the configuration.</summary>
    string Name { get; }

    /// <summary>Memory that its entries take.</summary>
    long Bytes { get; }

    /// <summary>How many entries there are.</summary>
    int Count { get; }

    /// <summary>Takes out the responses to one URL, <c>https://host/path?query</c> as it is asked for.</summary>
    /// <returns>How many entries there were.</returns>
    int PurgeKey(string url);

    /// <summary>Takes out all whose URL begins with <paramref name="prefix"/>.</summary>
    int PurgePrefix(string prefix);

    /// <summary>Takes out all that carry a tag.</summary>
    int PurgeTag(string tag);

    /// <summary>Takes out everything.</summary>
    int Purge();
}
