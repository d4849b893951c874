using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Fields as nodes name them, with or without dots that lead into objects.</summary>
internal static class Fields
{
    public static JsValue Get(JsObject json, string field, bool dots) => dots ? ItemPaths.Get(json, field) : json[field];

    public static void Set(JsObject owned, string field, JsValue value, bool dots)
    {
        if (dots) ItemPaths.Set(owned, field, value);
        else owned.Set(field, value);
    }

    public static void Remove(JsObject owned, string field, bool dots)
    {
        if (dots) ItemPaths.Remove(owned, field);
        else owned.Remove(field);
    }

    /// <summary>The names of a list separated by commas.</summary>
    public static string[] List(string names) => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What follows the last dot.</summary>
    public static string LastOf(string field, bool dots) => dots ? field[(field.LastIndexOf('.') + 1)..] : field;

    /// <summary>All pairings of so many items of the first input.</summary>
    public static IReadOnlyList<PairedItem> AllOf(int count) => [.. Enumerable.Range(0, count).Select(i => new PairedItem(i))];
}
