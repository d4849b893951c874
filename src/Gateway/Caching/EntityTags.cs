using Microsoft.Extensions.Primitives;

namespace Sluice.Gateway.Caching;

/// <summary>Compares entity tags weakly (RFC 9110, section 8.8.3.2).</summary>
internal static class EntityTags
{
    /// <summary>Whether an If-None-Match field names <paramref name="tag"/>.</summary>
    public static bool Match(StringValues ifNoneMatch, string tag)
    {
        var opaque = Opaque(tag);
        foreach (var line in ifNoneMatch)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                var candidate = line.AsSpan(part).Trim();
                if (candidate is "*" || Opaque(candidate).SequenceEqual(opaque)) return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
