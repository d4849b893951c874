using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>How n8n's first merge node joins: by one field of each input, or by position, field by field and not into objects.</summary>
internal static class FirstMerge
{
    /// <summary>Every item of the first input with the same field has those of the second put into it; of several in the second the last counts.</summary>
    public static List<Item> ByKey(NodeContext context, FirstMergeParameters how, List<Item> first, List<Item> second)
    {
        string name1 = how.PropertyName1.Get(context, 0), name2 = how.PropertyName2.Get(context, 0);
        var byKey = new Dictionary<string, Item>(StringComparer.Ordinal);
        foreach (var item in second)
            if (Key(ItemPaths.Get(item.Json, name2)) is { Length: > 0 } key) byKey[key] = item;
        var merged = new List<Item>(first.Count);
        foreach (var item in first)
        {
            var key = Key(ItemPaths.Get(item.Json, name1));
            var match = key is null ? null : byKey.GetValueOrDefault(key);
            switch (how.Mode)
            {
                case "removeKeyMatches":
                    if (match is null) merged.Add(item);
                    break;
                case "keepKeyMatches":
                    if (match is not null) merged.Add(item);
                    break;
                default:
                    if (key is not null) merged.Add(match is null ? item : With(item, match, name2, how.Overwrite));
                    break;
            }
        }

        return merged;
    }

    /// <summary>The first of one with the first of the other, and so on; what is left over comes as it is, as far as the join wants it.</summary>
    public static List<Item> ByIndex(string join, List<Item> first, List<Item> second)
    {
        var count = join switch { "inner" => Math.Min(first.Count, second.Count), "outer" => Math.Max(first.Count, second.Count), _ => first.Count };
        var merged = new List<Item>(count);
        for (var i = 0; i < count; i++) merged.Add(i >= first.Count ? second[i] : i >= second.Count ? first[i] : ItemMerge.Merge([first[i], second[i]], new ClashValues { MergeMode = "shallowMerge" }));
        return merged;
    }

    /// <summary>What is looked up; null where the field is missing or is neither text nor a number.</summary>
    private static string? Key(JsValue value) => value.AsString ?? (value.IsNumber ? JsNumberText.Format(value.AsNumber) : null);

    private static Item With(Item item, Item match, string key, string overwrite)
    {
        var json = item.Json.Clone();
        foreach (var (name, value) in match.Json)
        {
            if (string.Equals(name, key, StringComparison.Ordinal)) continue;
            var there = json[name];
            if (overwrite is "undefined" ? !json.Contains(name) : overwrite is not "blank" || there.IsNullish || there.AsString is "") json.Set(name, value);
        }

        return new Item(json) { Binary = item.Binary, PairedItems = item.PairedItems };
    }
}
