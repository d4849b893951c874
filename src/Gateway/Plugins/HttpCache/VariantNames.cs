using System.Runtime.InteropServices;
using Microsoft.Extensions.Primitives;
using Sluice.Gateway.Caching;

namespace Sluice.Gateway.Plugins.HttpCache;

/// <summary>Stands under a resource whose responses are told apart by more than the resource, and says by what.</summary>
/// <remarks>The generation is part of the variants' keys: with this entry all of them are gone, since the next one has another, on whatever node it is made.</remarks>
internal sealed class VariantNames : CacheEntry
{
    /// <summary>In lower case and sorted.</summary>
    public required string[] Fields { get; init; }

    public long Generation { get; init; } = Random.Shared.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>The key of the variant with <paramref name="values"/> (<see cref="ResourceKey.WriteValues"/>).</summary>
    public string KeyOf(string values)
    {
        var generation = Generation;
        return string.Concat(Key, ResourceKey.EndText, MemoryMarshal.Cast<long, char>(new ReadOnlySpan<long>(in generation)), values);
    }

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
