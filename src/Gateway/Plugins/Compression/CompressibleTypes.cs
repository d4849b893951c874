using System.Collections.Frozen;

namespace Sluice.Gateway.Plugins.Compression;

/// <summary>The media types that are worth compressing.</summary>
internal sealed class CompressibleTypes
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> exact;
    private readonly string[] prefixes;
    private readonly string[] suffixes;

    public CompressibleTypes(IReadOnlyList<string> types)
    {
        exact = types.Where(t => !t.Contains('*', StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        prefixes = [.. types.Where(t => t.EndsWith("/*", StringComparison.Ordinal)).Select(t => t is "*/*" ? "" : t[..^1])];
        suffixes = [.. types.Where(t => t.StartsWith("*/*+", StringComparison.Ordinal)).Select(t => t[3..])];
    }

    public bool Contains(ReadOnlySpan<char> contentType)
    {
        var end = contentType.IndexOf(';');
        var type = (end < 0 ? contentType : contentType[..end]).Trim();
        if (type.IsEmpty) return false;
        if (exact.Contains(type)) return true;
        foreach (var prefix in prefixes)
            if (type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        foreach (var suffix in suffixes)
            if (type.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
