using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>What a request asks of a stored response (RFC 9110, sections 13 and 14).</summary>
internal static class Preconditions
{
    /// <summary>The request is for the upstream to decide on.</summary>
    public static bool AreForUpstream(IHeaderDictionary request) => request.IfMatch.Count > 0 || request.IfUnmodifiedSince.Count > 0;

    /// <summary>Whether the client says that it has something.</summary>
    public static bool AreThere(IHeaderDictionary request) => request.IfNoneMatch.Count > 0 || request.IfModifiedSince.Count > 0;

    /// <summary>Whether the client has the response already. If-None-Match goes before If-Modified-Since.</summary>
    public static bool Has(StringValues ifNoneMatch, StringValues ifModifiedSince, CachedResponse found)
    {
        if (found.Status != 200) return false;
        if (ifNoneMatch.Count > 0) return found.ETag is not null && EntityTags.Match(ifNoneMatch, found.ETag);
        if (ifModifiedSince.Count == 0 || Freshness.DateOf(ifModifiedSince) is not { } since) return false;
        return Freshness.DateOf(found.LastModified ?? found.Header("Date")) is { } modified && modified <= since;
    }

    /// <summary>The one part that a Range field asks for; null when all is sent: no such field, one that cannot be read, several parts, or an If-Range that fails.</summary>
    /// <param name="isSatisfiable">False when the part lies behind the end.</param>
    public static (int From, int Length)? RangeOf(IHeaderDictionary request, CachedResponse found, out bool isSatisfiable)
    {
        isSatisfiable = true;
        if (found.Status != 200 || request.Range.Count != 1 || !RangeHeaderValue.TryParse(request.Range[0], out var field)) return null;
        if (!field.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || field.Ranges.Count != 1 || !IsStill(request.IfRange, found)) return null;
        var range = field.Ranges.First();
        long size = found.Body.Length;
        var from = range.From ?? Math.Max(0, size - range.To!.Value);
        var to = range.From is null ? size - 1 : Math.Min(range.To ?? size - 1, size - 1);
        isSatisfiable = from < size && to >= from;
        return isSatisfiable ? ((int)from, (int)(to - from + 1)) : (0, 0);
    }

    /// <summary>If-Range: a strong entity tag or the exact date.</summary>
    private static bool IsStill(StringValues ifRange, CachedResponse found)
    {
        if (ifRange.Count == 0) return true;
        var value = ifRange.ToString();
        return value.StartsWith('"')
            ? string.Equals(value, found.ETag, StringComparison.Ordinal)
            : found.LastModified is not null && string.Equals(value, found.LastModified, StringComparison.Ordinal);
    }
}
