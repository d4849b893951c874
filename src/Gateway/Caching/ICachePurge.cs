namespace Sluice.Gateway.Caching;

/// <summary>A cache that an operator can take responses out of; those in use are found in <see cref="Snapshot.SharedResources"/>.</summary>
internal interface ICachePurge
{
    /// <summary>The store's name in the configuration.</summary>
    string Name { get; }

    /// <summary>Takes out the responses to one URL, <c>https://host/path?query</c> as it is asked for, or those under a published key.</summary>
    /// <returns>How many entries there were.</returns>
    int PurgeKey(string url);

    /// <summary>Takes out all whose URL begins with <paramref name="prefix"/>.</summary>
    int PurgePrefix(string prefix);

    /// <summary>Takes out all that carry a tag.</summary>
    int PurgeTag(string tag);

    /// <summary>Takes out everything.</summary>
    void Purge();
}
