namespace Sluice.Foundation.Schema;

/// <summary>Moves flat fields of older versions to where their values stand now.</summary>
internal static class Shorthand
{
    public static MapNode Expand(MapNode map, IReadOnlyList<ShorthandAttribute> shorthands)
    {
        foreach (var shorthand in shorthands)
        {
            if (map[shorthand.Name] is not { } value)
                continue;
            map = new MapNode(map.Place, [.. map.Entries.Where(e => !string.Equals(e.Name, shorthand.Name, StringComparison.Ordinal))]);
            if (!value.IsNull)
                map = Put(map, shorthand.Path.Split('.'), value);
        }
        return map;
    }

    private static MapNode Put(MapNode map, ReadOnlySpan<string> path, DocumentNode value)
    {
        var name = path[0];
        var existing = map[name];
        if (path.Length > 1 && existing is not (null or MapNode or { IsNull: true }))
            return map;
        var inner = path.Length > 1 ? Put(existing as MapNode ?? new MapNode(value.Place, []), path[1..], value)
            : existing is { IsNull: false } ? existing : value;
        return new MapNode(map.Place, [.. map.Entries.Where(e => !string.Equals(e.Name, name, StringComparison.Ordinal)), new MapEntry(name, value.Place, inner)]);
    }
}
