using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Stands under a resource whose responses are told apart by more than the resource, and says by what.</summary>
/// <remarks>The generation is part of the variants' keys: with this entry all of them are gone, since the next one has another.</remarks>
internal sealed class VariantNames : CacheEntry
{
    private static long last = Environment.TickCount64 << 20;

    /// <summary>In lower case and sorted.</summary>
    public required string[] Fields { get; init; }

    public long Generation { get; } = Interlocked.Increment(ref last);

    protected override long Measure() => 256 + (2L * (Key.Length + Fields.Sum(f => f.Length + 16)));
}

/// <summary>The names in a Vary field.</summary>
internal static class VaryFields
{
    /// <summary>The names, in lower case and sorted; null when there is a <c>*</c>, which no request matches.</summary>
    public static string[]? Of(StringValues vary)
    {
        if (vary.Count == 0) return [];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in vary)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var name = line.AsSpan(range).Trim(" \t");
                if (name is "*") return null;
                if (!name.IsEmpty) names.Add(name.ToString().ToLowerInvariant());
            }
        }

        return [.. names];
    }

    /// <summary>Fields whose members mean the same in either case.</summary>
    public static bool IgnoresCase(string name) => name is "accept" or "accept-language" or "accept-encoding" or "accept-charset";
}
