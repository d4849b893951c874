using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.Control.KongAdmin;

/// <summary>Messages by dotted paths (<c>config.minute</c>, <c>paths[1]</c>) as the tree that Kong calls <c>fields</c>.</summary>
internal static class FieldErrors
{
    /// <summary>What holds for an object as a whole is under this name.</summary>
    public const string Whole = "@entity";

    public static JsonObject Tree(IEnumerable<(string Path, string Message)> errors)
    {
        var root = new JsonObject();
        foreach (var (path, message) in errors)
            Put(root, path.Split('.', StringSplitOptions.RemoveEmptyEntries), message);
        return root;
    }

    /// <summary>One line per error, as the message of a schema violation lists them.</summary>
    public static IReadOnlyList<string> Lines(JsonObject fields)
    {
        var lines = new List<string>();
        if (fields[Whole] is JsonArray whole)
            lines.AddRange(whole.Select(m => (string)m!));
        foreach (var (name, value) in fields.Where(f => f.Key != Whole).OrderBy(f => f.Key, StringComparer.Ordinal))
            if (value is JsonObject nested)
                lines.AddRange(nested.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{name}.{f.Key}: {Lua(f.Value)}"));
            else if (value is JsonArray list)
                lines.AddRange(list.Select((m, i) => (m, i)).Where(e => e.m is not null).Select(e => $"{name}.{(e.i + 1).ToString(CultureInfo.InvariantCulture)}: {Lua(e.m)}"));
            else
                lines.Add($"{name}: {(string?)value}");
        return lines;
    }

    private static void Put(JsonObject at, ReadOnlySpan<string> path, string message)
    {
        if (path.IsEmpty)
        {
            if (at[Whole] is not JsonArray whole)
                at[Whole] = whole = [];
            whole.Add((JsonNode)message);
            return;
        }
        var (name, position) = Split(path[0]);
        if (position is null && path.Length == 1)
            at.TryAdd(name, message);
        else if (position is null)
            Put(Nested(at, name), path[1..], message);
        else
            PutElement(at, name, position.Value, path[1..], message);
    }

    private static void PutElement(JsonObject at, string name, int position, ReadOnlySpan<string> rest, string message)
    {
        if (at[name] is not JsonArray list)
            at[name] = list = [];
        while (list.Count <= position)
            list.Add(null);
        if (rest.IsEmpty)
        {
            list[position] ??= message;
            return;
        }
        if (list[position] is not JsonObject element)
            list[position] = element = [];
        Put(element, rest, message);
    }

    private static JsonObject Nested(JsonObject at, string name)
    {
        if (at[name] is not JsonObject nested)
            at[name] = nested = [];
        return nested;
    }

    /// <summary><c>paths[1]</c>: the name and the position, from 0.</summary>
    private static (string Name, int? Position) Split(string part)
    {
        var open = part.IndexOf('[', StringComparison.Ordinal);
        return open > 0 && part[^1] == ']' && int.TryParse(part.AsSpan(open + 1, part.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position < 10_000
            ? (part[..open], position)
            : (part, null);
    }

    /// <summary>A tree in the way of Lua's pretty printer.</summary>
    private static string Lua(JsonNode? value) => value switch
    {
        JsonObject map => "{" + string.Join(",", map.Select(f => f.Key.StartsWith('@') ? $"[\"{f.Key}\"]={Lua(f.Value)}" : $"{f.Key}={Lua(f.Value)}")) + "}",
        JsonArray list => "{" + string.Join(",", list.Select(Lua)) + "}",
        JsonValue text when text.TryGetValue<string>(out var message) => message,
        _ => "nil",
    };
}
