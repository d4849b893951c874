using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>Several items as one.</summary>
internal static class ItemMerge
{
    /// <summary>One item with the fields of all; of a field that several have, the last one's counts.</summary>
    public static Item Merge(IReadOnlyList<Item> items, ClashValues clash)
    {
        var json = new JsObject();
        Dictionary<string, BinaryData>? files = null;
        var paired = new List<PairedItem>(items.Count);
        foreach (var item in items)
        {
            Into(json, item.Json, clash.MergeMode is "deepMerge", clash.OverrideEmpty);
            paired.AddRange(item.PairedItems);
            if (item.Binary is null) continue;
            files ??= new(StringComparer.Ordinal);
            foreach (var (name, file) in item.Binary) files[name] = file;
        }

        return new Item(json) { Binary = files, PairedItems = paired };
    }

    /// <summary>The item with each of its fields renamed.</summary>
    public static Item WithSuffix(Item item, string suffix)
    {
        var json = new JsObject(item.Json.Count);
        foreach (var (name, value) in item.Json) json.Set($"{name}_{suffix}", value);
        return new Item(json) { Binary = item.Binary, PairedItems = item.PairedItems };
    }

    private static void Into(JsObject target, JsObject source, bool deep, bool keepUnlessEmpty)
    {
        foreach (var (name, value) in source)
        {
            if (keepUnlessEmpty && target.Contains(name) && (value.IsNullish || value.AsString is "")) continue;
            var there = target[name];
            if (deep && value.IsUndefined && !there.IsUndefined) continue;
            if (deep && there.AsObject is { } inner && value.AsObject is { } outer)
            {
                var copy = inner.Clone();
                Into(copy, outer, deep, keepUnlessEmpty);
                target.Set(name, copy);
            }
            else if (deep && there.AsArray is { } list && value.AsArray is { } other)
            {
                target.Set(name, Elements(list, other, keepUnlessEmpty));
            }
            else
            {
                target.Set(name, value);
            }
        }
    }

    private static JsArray Elements(JsArray list, JsArray other, bool keepUnlessEmpty)
    {
        var copy = list.Clone();
        for (var i = 0; i < other.Count; i++)
        {
            if (i < copy.Count && copy[i].AsObject is { } a && other[i].AsObject is { } b)
            {
                var merged = a.Clone();
                Into(merged, b, deep: true, keepUnlessEmpty);
                copy[i] = merged;
            }
            else if (!other[i].IsUndefined)
            {
                copy[i] = other[i];
            }
        }

        return copy;
    }
}
