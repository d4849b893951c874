using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sluice.Gateway.Configuration.Editing;

namespace Sluice.Control.ConfigApi.Objects;

/// <summary>
/// ETags: <c>"o-3f2a..."</c> of an object stays while nothing that is shown with it changes (but for health), <c>"7"</c> of lists is the release.
/// <c>If-Match</c> takes both.
/// </summary>
internal static class ObjectTag
{
    private const int HashedBytes = 12;

    public static string Of(IEnumerable<ConfigurationObject> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
            hash.AppendData(part.Json.Span);
        return $"\"o-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashedBytes))}\"";
    }

    public static string Of(long release) => $"\"{release.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Puts <paramref name="tag"/> in the answer; true when the client has that one already, which has been answered then.</summary>
    public static bool NotModified(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;

        // Kept, but asked about each time.
        http.Response.Headers.CacheControl = "private, no-cache";
        if (!EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var known) || !known.Any(k => k.Tag == "*" || k.Tag == tag))
            return false;
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }
}

/// <summary>What <c>If-Match</c> asks of an object that is about to be changed.</summary>
/// <param name="Release">The release that has to be current.</param>
/// <param name="Tags">One of these must be the object's tag; null for any.</param>
internal sealed record Precondition(long? Release, IReadOnlyList<string>? Tags)
{
    /// <summary>The header's; null when it cannot be read, which has been answered then.</summary>
    public static async Task<Precondition?> ReadAsync(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count == 0)
            return new Precondition(null, null);
        if (EntityTagHeaderValue.TryParseList(header, out var list))
        {
            if (list.Any(t => t.Tag == "*"))
                return new Precondition(null, null);
            if (list is [var only] && long.TryParse(only.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var release))
                return new Precondition(release, null);
            return new Precondition(null, [.. list.Where(t => !t.IsWeak).Select(t => t.Tag.ToString())]);
        }
        await Envelope.RefuseAsync(http, StatusCodes.Status400BadRequest, new ApiError("BAD_REQUEST", "If-Match is an ETag in quotes, as an answer told it, or the number of a release", "If-Match"));
        return null;
    }

    public bool Holds(string tag) => Tags?.Contains(tag, StringComparer.Ordinal) != false;
}
