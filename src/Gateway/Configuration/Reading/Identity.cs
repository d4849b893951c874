using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>
/// Ids of objects that have none in their file. Kong derives them from the natural key (RFC 4122 version 5), and so do we, because the order
/// of routes of equal priority and what people have noted down depend on them. Where Kong makes up a random one, ours depends on the position.
/// </summary>
internal static class Identity
{
    private static readonly Guid Entities = new("fd02801f-0957-4a15-a55a-c8d9606f30b5");
    private static readonly ConcurrentDictionary<string, Guid> Namespaces = new(StringComparer.Ordinal);

    /// <summary>The id of an object of <paramref name="kind"/> whose natural key is <paramref name="key"/>.</summary>
    public static Guid Of(string kind, string key) => Version5(Namespaces.GetOrAdd(kind, static k => Version5(Entities, k)), key);

    /// <summary>The id of <paramref name="item"/>: the one in the file when it is a UUID, or the derived one.</summary>
    public static Guid Of(EntityItem item)
    {
        if (item.Node.Text("id") is { } given && Guid.TryParseExact(given, "D", out var id))
            return id;
        return Of(item.Kind.Name, NaturalKey(item) ?? PositionKey(item));
    }

    private static string? NaturalKey(EntityItem item)
    {
        if (item.Kind.CacheKey is null)
            return item.Kind.Key is { } key ? item.Node.Text(key) : null;
        var text = new StringBuilder(item.Kind.Name).Append(":*");
        foreach (var field in item.Kind.CacheKey)
            text.Append(':').Append(Part(item, field));
        // Kong's open-source plugins have no groups, and ours alone have pipelines; both join the key only where they are given.
        foreach (var field in item.Kind.Record == typeof(PluginConfig) ? new[] { "consumer_group", "pipeline" } : [])
            if (Part(item, field) is { Length: > 0 } part)
                text.Append(':').Append(part);
        return text.ToString();
    }

    private static string Part(EntityItem item, string field) => item.Node[field] switch
    {
        ScalarNode { Kind: ScalarKind.String } scalar => scalar.Text,
        MapNode map => map.Text("id") ?? "",
        _ => string.Equals(item.ParentField, field, StringComparison.Ordinal) ? item.Parent!.Id.ToString() : "",
    };

    private static string PositionKey(EntityItem item)
    {
        var unique = item.Kind.Unique.Select(item.Node.Text).FirstOrDefault(text => text is not null);
        return unique is not null ? "=" + unique : $"#{item.Parent?.Id}:{item.Ordinal}";
    }

    private static Guid Version5(Guid space, string name)
    {
        var input = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 4122 prescribes SHA-1 for version 5; nothing is protected by it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
