using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>What tells a response from the others of its URL.</summary>
/// <param name="Resource">The URL.</param>
/// <param name="Fields">The names in its Vary.</param>
/// <param name="Values">Its parties and the request's values of the fields (<see cref="ResourceKey.WriteValues"/>).</param>
/// <param name="There">What stood under the URL when the request was made.</param>
internal sealed record Variant(string Resource, string[] Fields, string Values, CacheEntry? There)
{
    /// <summary>What <paramref name="response"/> is stored under: the URL alone where that is enough.</summary>
    /// <param name="there">What stands under the URL.</param>
    /// <param name="made">Names that must be stored under the URL first, so that the response is found; null when none are needed or they are there.</param>
    public string KeyUnder(CacheEntry? there, CachedResponse response, out VariantNames? made)
    {
        made = null;
        var names = there as VariantNames;
        var isShared = there is CachedResponse other && (other.Route != response.Route || other.Consumer != response.Consumer);
        if (names is null && Fields.Length == 0 && !isShared) return Resource;
        if (names is null || !names.Fields.AsSpan().SequenceEqual(Fields)) names = made = new VariantNames { Key = Resource, Fields = Fields, KeptUntil = long.MaxValue };
        return names.KeyOf(Values);
    }
}
