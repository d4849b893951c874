using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>What the lookup of an exchange that goes upstream found, kept to its end.</summary>
internal sealed class CacheUse
{
    /// <summary>Why the request goes upstream, in the words of RFC 9211: <c>bypass</c>, <c>method</c>, <c>uri-miss</c>, <c>vary-miss</c>, <c>stale</c>, <c>request</c>.</summary>
    public required string Forward { get; init; }

    /// <summary>The URL; null when the response is not to be stored.</summary>
    public string? Resource { get; init; }

    /// <summary>When the request was sent on.</summary>
    public required long Started { get; init; }

    /// <summary>What stands under the URL; see <see cref="CacheLookup"/>.</summary>
    public CacheEntry? There { get; init; }

    /// <summary>The store could not be asked.</summary>
    public bool IsAway { get; init; }

    /// <summary>What is there but must be validated first; null for nothing.</summary>
    public CachedResponse? Stored { get; init; }

    /// <summary>The request carries the stored response's validators; what the client sent in their place is in the next two.</summary>
    public bool Validates { get; set; }

    public StringValues ClientIfNoneMatch { get; set; }

    public StringValues ClientIfModifiedSince { get; set; }

    /// <summary>Others wait for this one.</summary>
    public Fill? Fill { get; set; }

    /// <summary>The head of the response whose body is being kept.</summary>
    public CachedResponse? Head { get; set; }

    /// <summary>What tells that response from the others of the URL.</summary>
    public Variant? Variant { get; set; }

    /// <summary>It waited for another request first.</summary>
    public bool Collapsed { get; set; }

    public bool IsStored { get; set; }

    /// <summary>The response is on its way into the store, and whoever waits is told when it is there.</summary>
    public bool IsBeingStored { get; set; }

    /// <summary>The status that the upstream answered with; 0 for none.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>An answer has been made that tells what the cache did.</summary>
    public bool Told { get; set; }
}
