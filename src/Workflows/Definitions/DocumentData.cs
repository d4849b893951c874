using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Definitions;

/// <summary>Parts of a document as workflow data, and back.</summary>
internal static class DocumentData
{
    public static JsValue ToJs(this DocumentNode node)
    {
        switch (node)
        {
            case MapNode map:
                var result = new JsObject(map.Entries.Count);
                foreach (var (name, _, value) in map.Entries) result.Set(name, value.ToJs());
                return result;
            case ListNode list:
                var array = new JsArray(list.Items.Count);
                foreach (var item in list.Items) array.Add(item.ToJs());
                return array;
            case ScalarNode { Kind: ScalarKind.Boolean } scalar: return scalar.Boolean;
            case ScalarNode { Kind: ScalarKind.Number } scalar: return scalar.Number;
            case ScalarNode { Kind: ScalarKind.String } scalar: return scalar.Text;
            default: return JsValue.Null;
        }
    }

    public static ScalarNode Text(Place place, string text) => new(place, ScalarKind.String, text);

    public static ScalarNode Boolean(Place place, bool value) => new(place, ScalarKind.Boolean, value ? "true" : "false", value ? 1 : 0);

    public static ScalarNode Number(Place place, double value) => new(place, ScalarKind.Number, value.ToString(System.Globalization.CultureInfo.InvariantCulture), value);

    public static MapEntry Entry(string name, DocumentNode value) => new(name, value.Place, value);

    public static MapNode Map(Place place, params MapEntry[] entries) => new(place, entries);

    /// <summary>The map under dotted names, or null.</summary>
    public static DocumentNode? At(this MapNode map, params ReadOnlySpan<string> path)
    {
        DocumentNode? at = map;
        foreach (var name in path) at = (at as MapNode)?[name];
        return at;
    }

    /// <summary>The same map with some fields left out and others added.</summary>
    public static MapNode With(this MapNode map, IReadOnlyCollection<string> without, params MapEntry[] added) =>
        new(map.Place, [.. map.Entries.Where(e => !without.Contains(e.Name) && !added.Any(a => string.Equals(a.Name, e.Name, StringComparison.Ordinal))), .. added]);
}
