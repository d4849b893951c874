using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>Joins two lists of items by fields whose values match, as SQL joins tables.</summary>
internal sealed class FieldMerge
{
    private readonly MergeParameters _parameters;
    private readonly ClashValues _clash;
    private readonly string[] _fields1;
    private readonly string[] _fields2;

    private readonly bool _mustExist;

    /// <param name="fieldsMustExist">Whether it is a failure when no item of an input has a field.</param>
    public FieldMerge(MergeParameters parameters, NodeContext context, bool fieldsMustExist)
    {
        _parameters = parameters;
        _mustExist = fieldsMustExist;
        _clash = parameters.Options.ClashHandling.Values;
        if (parameters.Advanced)
        {
            _fields1 = [.. parameters.MergeByFields.Values.Select(p => p.Field1.Get(context, 0))];
            _fields2 = [.. parameters.MergeByFields.Values.Select(p => p.Field2.Get(context, 0))];
        }
        else
        {
            _fields1 = _fields2 = parameters.FieldsToMatchString.Get(context, 0).Split(',', StringSplitOptions.TrimEntries);
        }

        if (_fields1.Concat(_fields2).Any(f => f.Length == 0)) throw new NodeException("You need to define at least one pair of fields in \"Fields to Match\" to match on") { Retryable = false };
    }

    public List<Item> Run(List<Item> first, List<Item> second)
    {
        if (_mustExist)
        {
            Check(first, _fields1, "Input 1");
            Check(second, _fields2, "Input 2");
        }

        if (first.Count == 0 || second.Count == 0) return WithOneEmpty(first, second);
        var bySecond = Index(second);
        var matchedSecond = new bool[second.Count];
        List<(Item First, Item Second)> pairs = [];
        List<Item> matchedFirst = [], unmatchedFirst = [];
        foreach (var item in first)
        {
            var found = Matches(item, second, bySecond);
            (found.Count > 0 ? matchedFirst : unmatchedFirst).Add(item);
            foreach (var at in found)
            {
                matchedSecond[at] = true;
                pairs.Add((item, second[at]));
            }
        }

        var matched2 = second.Where((_, i) => matchedSecond[i]).ToList();
        var unmatchedSecond = second.Where((_, i) => !matchedSecond[i]).ToList();
        return _parameters.JoinMode switch
        {
            "keepNonMatches" => _parameters.OutputDataFrom switch
            {
                "input1" => unmatchedFirst,
                "input2" => unmatchedSecond,
                _ => [.. unmatchedFirst.Select(i => Marked(i, "input1")), .. unmatchedSecond.Select(i => Marked(i, "input2"))],
            },
            "enrichInput1" => [.. pairs.Select(p => Joined(p, preferFirst: false)), .. Suffixed(unmatchedFirst, "1")],
            "enrichInput2" => [.. pairs.Select(p => Joined(p, preferFirst: true)), .. Suffixed(unmatchedSecond, "2")],
            "keepEverything" => [.. Matched(), .. Suffixed(unmatchedFirst, "1"), .. Suffixed(unmatchedSecond, "2")],
            _ => Matched(),
        };

        List<Item> Matched() => _parameters.OutputDataFrom switch
        {
            "input1" when _parameters.JoinMode is not "keepEverything" => matchedFirst,
            "input2" when _parameters.JoinMode is not "keepEverything" => matched2,
            _ => [.. pairs.Select(p => Joined(p, preferFirst: false))],
        };
    }

    private List<Item> WithOneEmpty(List<Item> first, List<Item> second) => _parameters.JoinMode switch
    {
        "keepMatches" => [],
        "enrichInput1" when first.Count == 0 => [],
        "enrichInput2" when second.Count == 0 => [],
        "keepNonMatches" when _parameters.OutputDataFrom is "input1" && first.Count == 0 => [],
        "keepNonMatches" when _parameters.OutputDataFrom is "input2" && second.Count == 0 => [],
        _ => [.. first, .. second],
    };

    private void Check(List<Item> items, string[] fields, string input)
    {
        foreach (var field in fields)
            if (items.TrueForAll(i => Value(i, field).IsUndefined)) throw new NodeException($"Field '{field}' is not present in any of items in '{input}'") { Retryable = false };
    }

    private List<int> Matches(Item item, List<Item> second, Dictionary<string, List<int>> bySecond)
    {
        if (Array.Exists(_fields1, f => Value(item, f).IsUndefined) || !bySecond.TryGetValue(Key(item, _fields1), out var candidates)) return [];
        var found = _parameters.Options.FuzzyCompare
            ? candidates.FindAll(at => !_fields1.Where((field, i) => !FuzzyComparison.AreSame(Value(item, field), Value(second[at], _fields2[i]))).Any())
            : candidates;
        return _parameters.Options.MultipleMatches is "all" || found.Count < 2 ? found : found[..1];
    }

    private Dictionary<string, List<int>> Index(List<Item> items)
    {
        var index = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var key = Key(items[i], _fields2);
            if (!index.TryGetValue(key, out var at)) index[key] = at = [];
            at.Add(i);
        }

        return index;
    }

    private JsValue Value(Item item, string field) => _parameters.Options.DisableDotNotation ? item.Json[field] : ItemPaths.Get(item.Json, field);

    /// <summary>The values of the fields as one text.</summary>
    private string Key(Item item, string[] fields)
    {
        var key = new System.Text.StringBuilder();
        foreach (var field in fields) key.Append(_parameters.Options.FuzzyCompare ? FuzzyComparison.KeyOf(Value(item, field)) : ComparisonKey.Of(Value(item, field))).Append('\u001f');
        return key.ToString();
    }

    private Item Joined((Item First, Item Second) pair, bool preferFirst)
    {
        if (_clash.ResolveClash is "addSuffix") return ItemMerge.Merge([ItemMerge.WithSuffix(pair.First, "1"), ItemMerge.WithSuffix(pair.Second, "2")], _clash);
        var first = _clash.ResolveClash switch { "preferInput1" => true, "" => preferFirst, _ => false };
        return ItemMerge.Merge(first ? [pair.Second, pair.First] : [pair.First, pair.Second], _clash);
    }

    private IEnumerable<Item> Suffixed(List<Item> items, string suffix) => _clash.ResolveClash is "addSuffix" ? items.Select(i => ItemMerge.WithSuffix(i, suffix)) : items;

    private static Item Marked(Item item, string source)
    {
        var json = item.Json.Clone();
        json.Set("_source", source);
        return new Item(json) { Binary = item.Binary, PairedItems = item.PairedItems };
    }
}
