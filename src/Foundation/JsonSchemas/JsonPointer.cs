using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.JsonSchemas;

/// <summary>JSON pointers (RFC 6901).</summary>
public static class JsonPointer
{
    /// <summary>One step of a pointer, escaped.</summary>
    public static string Escape(string step) =>
        step.AsSpan().ContainsAny('~', '/') ? step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : step;

    /// <summary>Where <paramref name="node"/> stands in its document.</summary>
    public static string Of(JsonNode node)
    {
        var steps = new Stack<string>();
        for (var at = node; at.Parent is { } parent; at = parent)
            steps.Push(parent is JsonObject ? at.GetPropertyName() : at.GetElementIndex().ToString(CultureInfo.InvariantCulture));
        var pointer = new StringBuilder();
        foreach (var step in steps) pointer.Append('/').Append(Escape(step));
        return pointer.ToString();
    }

    /// <summary>What <paramref name="pointer"/> names below <paramref name="root"/>; false when there is nothing.</summary>
    public static bool TryFind(JsonNode root, string pointer, out JsonNode? found)
    {
        found = root;
        if (pointer.Length == 0) return true;
        if (pointer[0] != '/') return false;
        foreach (var escaped in pointer[1..].Split('/'))
        {
            var step = escaped.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found is JsonObject map && map.TryGetPropertyValue(step, out var value)) found = value;
            else if (found is JsonArray list && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count) found = list[index];
            else return false;
        }

        return true;
    }
}
