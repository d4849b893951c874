using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.CompareDatasets;

/// <summary>Which items belong together, and what is made of their differences.</summary>
[CamelCase]
internal sealed record CompareDatasetsParameters
{
    /// <summary>The fields by which items of the two inputs belong together.</summary>
    [Required]
    public MatchedFields MergeByFields { get; init; } = new();

    /// <summary>What an item that differs becomes.</summary>
    [OneOf("preferInput1", "preferInput2", "mix", "includeBoth")]
    public string Resolve { get; init; } = "includeBoth";

    /// <summary>Whether 3 and "3" are the same.</summary>
    public bool FuzzyCompare { get; init; }

    /// <summary>With a mix, the input whose fields count.</summary>
    [OneOf("input1", "input2")]
    public string PreferWhenMix { get; init; } = "input1";

    /// <summary>With a mix, the fields that are the other's, separated by commas.</summary>
    public Parameter<string> ExceptWhenMix { get; init; } = "";

    /// <summary>More about fields.</summary>
    public CompareOptions Options { get; init; } = new();
}

/// <summary>Fields by which items belong together.</summary>
[CamelCase]
internal sealed record MatchedFields
{
    /// <summary>The pairs of fields.</summary>
    [Length(1)]
    public IReadOnlyList<MatchedField> Values { get; init; } = [];
}

/// <summary>A field of each input.</summary>
[CamelCase]
internal sealed record MatchedField
{
    /// <summary>The field of the first input.</summary>
    public Parameter<string> Field1 { get; init; } = "";

    /// <summary>The field of the second input.</summary>
    public Parameter<string> Field2 { get; init; } = "";
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record CompareOptions
{
    /// <summary>Fields that are not compared, separated by commas.</summary>
    public Parameter<string> SkipFields { get; init; } = "";

    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>Whether an item is compared with all that match, or with the first.</summary>
    [OneOf("first", "all")]
    public string MultipleMatches { get; init; } = "first";

    /// <summary>The older place of that choice.</summary>
    public bool FuzzyCompare { get; init; }
}

/// <summary>Says which items are only in the first list, the same in both, different, and only in the second.</summary>
internal sealed class CompareDatasetsNode(CompareDatasetsParameters parameters, double version, bool foreign) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CompareDatasetsNode, CompareDatasetsParameters>((p, s) => new(p, s.Version, s.IsForeign))
    {
        Type = "compare-datasets",
        Summary = "Says which items are only in the first list, the same in both, different, and only in the second.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.compareDatasets", 1, 2.3)],
        // What the editor does not write because a new node of that version has it.
        Upgrade = static (old, version) => version < 2.1 && old["resolve"] is null ? old.With([], DocumentData.Entry("resolve", DocumentData.Text(old.Place, "preferInput2"))) : old,
    };

    private readonly bool _fuzzy = foreign ? version >= 2 ? parameters.FuzzyCompare : parameters.Options.FuzzyCompare : parameters.FuzzyCompare || parameters.Options.FuzzyCompare;

    public override int Inputs => 2;

    public override int Outputs => 4;

    public override int? RequiredInputs => 1;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var dots = !parameters.Options.DisableDotNotation;
        var fields = parameters.MergeByFields.Values.Select(p => (First: p.Field1.Get(context, 0), Second: p.Field2.Get(context, 0))).ToArray();
        if (Array.Exists(fields, f => f.First.Length == 0 || f.Second.Length == 0)) throw new NodeException("You need to define at least one pair of fields to match on") { Retryable = false };
        var skipped = Fields.List(parameters.Options.SkipFields.Get(context, 0));
        if (!dots && Array.Find(skipped, f => f.Contains('.', StringComparison.Ordinal)) is { } dotted) throw new NodeException($"options.skipFields: dot notation is disabled, but '{dotted}' has a dot") { Retryable = false };
        var except = Fields.List(parameters.ExceptWhenMix.Get(context, 0));
        string[] names1 = [.. fields.Select(f => f.First)], names2 = [.. fields.Select(f => f.Second)];
        var first = Filled(context, 0, names1, "Input A", dots);
        var second = Filled(context, 1, names2, "Input B", dots);
        var bySecond = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var j in second)
        {
            var key = Key(context.Input(1)[j].Json, names2, dots);
            if (bySecond.TryGetValue(key, out var at)) at.Add(j);
            else bySecond[key] = [j];
        }

        List<Item> onlyFirst = [], same = [], different = [], onlySecond = [];
        var matched = new HashSet<int>();
        foreach (var i in first)
        {
            var item = context.Items[i];
            var found = Matches(context, item, names1, names2, bySecond, dots);
            if (found.Count == 0) onlyFirst.Add(context.Same(i));
            var isSame = false;
            foreach (var j in found)
            {
                matched.Add(j);
                var other = context.Input(1)[j];
                var (own, its) = (new Item(item.Json) { Binary = item.Binary, PairedItems = [new(i)] }, new Item(other.Json) { Binary = other.Binary, PairedItems = [new(j, 1)] });
                if (!AreSameItems(Without(item.Json, skipped, dots), Without(other.Json, skipped, dots)))
                {
                    different.Add(Resolved(own, its, fields, skipped, except, dots));
                }
                else if (!isSame)
                {
                    same.Add(_fuzzy && parameters.Resolve is "preferInput2" ? its : own);
                    isSame = true;
                }
            }
        }

        foreach (var j in second)
            if (!matched.Contains(j)) onlySecond.Add(new Item(context.Input(1)[j].Json) { Binary = context.Input(1)[j].Binary, PairedItems = [new(j, 1)] });
        return NodeResult.Of([onlyFirst, same, different, onlySecond]);
    }

    /// <summary>The items of an input that are not empty; it is a failure when none of them has a field.</summary>
    private List<int> Filled(NodeContext context, int input, string[] fields, string name, bool dots)
    {
        var items = context.Input(input);
        var filled = Enumerable.Range(0, items.Count).Where(i => items[i].Json.Count > 0).ToList();
        // n8n's node asks for the fields before version 2.2.
        if (foreign && version >= 2.2) return filled;
        foreach (var field in fields)
            if (filled.Count > 0 && filled.TrueForAll(i => Fields.Get(items[i].Json, field, dots).IsUndefined)) throw new NodeException($"Field '{field}' is not present in any of items in '{name}'") { Retryable = false };
        return filled;
    }

    private List<int> Matches(NodeContext context, Item item, string[] names1, string[] names2, Dictionary<string, List<int>> bySecond, bool dots)
    {
        if (Array.Exists(names1, f => Fields.Get(item.Json, f, dots).IsUndefined) || !bySecond.TryGetValue(Key(item.Json, names1, dots), out var candidates)) return [];
        var found = _fuzzy ? candidates.FindAll(j => !names1.Where((f, n) => !AreSame(Fields.Get(item.Json, f, dots), Fields.Get(context.Input(1)[j].Json, names2[n], dots))).Any()) : candidates;
        return parameters.Options.MultipleMatches is "all" || found.Count < 2 ? found : found[..1];
    }

    private string Key(JsObject json, string[] fields, bool dots)
    {
        var key = new StringBuilder();
        foreach (var field in fields) key.Append(_fuzzy ? CandidateKey(Fields.Get(json, field, dots)) : ComparisonKey.Of(Fields.Get(json, field, dots))).Append('\u001f');
        return key.ToString();
    }

    /// <summary>As nothing and 0 may be the same, they are looked up together.</summary>
    private static string CandidateKey(JsValue value) => FuzzyComparison.KeyOf(value) is not "n0" and var key ? key : "";

    private static JsObject Without(JsObject json, string[] skipped, bool dots)
    {
        if (skipped.Length == 0) return json;
        var rest = json.Clone();
        foreach (var field in skipped) Fields.Remove(rest, field, dots);
        return rest;
    }

    /// <summary>As in n8n, being tolerant is about the fields of the first item only.</summary>
    private bool AreSameItems(JsObject first, JsObject second) =>
        _fuzzy ? first.Names.All(name => AreSame(first[name], second[name])) : ((JsValue)first).DeepEquals(second);

    // Tolerantly, from version 2 on nothing and 0 are the same, too.
    private bool AreSame(JsValue a, JsValue b) => !_fuzzy ? a.DeepEquals(b) : FuzzyComparison.AreSame(a, b) || (version >= 2 && ((a.IsNull && IsZero(b)) || (b.IsNull && IsZero(a))));

    private static bool IsZero(JsValue value) => (value.IsNumber && value.AsNumber == 0) || value.AsString is "0";

    private Item Resolved(Item first, Item second, (string First, string Second)[] fields, string[] skipFields, string[] except, bool dots)
    {
        switch (parameters.Resolve)
        {
            case "preferInput1": return first;
            case "preferInput2": return second;
            case "mix":
                var (own, other) = parameters.PreferWhenMix is "input1" ? (first, second) : (second, first);
                var mixed = own.Json.Clone();
                // As in n8n, what is false or 0 comes over as null.
                foreach (var field in except) Fields.Set(mixed, field, Fields.Get(other.Json, field, dots) is var value && dots && !Coerce.ToBoolean(value) ? JsValue.Null : value, dots);
                return new Item(mixed) { Binary = own.Binary, PairedItems = own.PairedItems };
            default:
                return Both(first, second, fields, skipFields, dots);
        }
    }

    /// <summary>An item that says what is the same in both, what differs, and what was not compared.</summary>
    private Item Both(Item first, Item second, (string First, string Second)[] fields, string[] skipFields, bool dots)
    {
        var (nameA, nameB) = foreign && version < 2 ? ("input1", "input2") : ("inputA", "inputB");
        JsObject keys = new(), same = new(), different = new(), skipped = new();
        foreach (var (field, _) in fields)
            if (first.Json.Contains(field)) keys.Set(field, first.Json[field]);
        foreach (var name in first.Json.Names.Concat(second.Json.Names).Distinct(StringComparer.Ordinal))
        {
            var inBoth = first.Json.Contains(name) && second.Json.Contains(name);
            if ((inBoth || (_fuzzy && version >= 2.1)) && AreSame(first.Json[name], second.Json[name]))
            {
                same.Set(name, first.Json[name]);
                continue;
            }

            var (a, b) = (OrNull(first.Json[name]), OrNull(second.Json[name]));
            if (skipFields.Contains(name, StringComparer.Ordinal))
            {
                skipped.Set(name, new JsObject { [nameA] = a, [nameB] = b });
                continue;
            }

            foreach (var field in version >= 2.1 && dots ? skipFields.Where(f => f.StartsWith(name + ".", StringComparison.Ordinal)) : [])
            {
                if (a.AsObject is not { } left || b.AsObject is not { } right) throw new NodeException($"options.skipFields: the field '{name}' is not an object: '{field}' cannot be skipped") { Retryable = false };
                var inner = field[(name.Length + 1)..];
                var parts = skipped[name].AsObject ?? new JsObject { [nameA] = new JsObject(), [nameB] = new JsObject() };
                skipped.Set(name, parts);
                if (Fields.Get(left, inner, dots) is { IsUndefined: false } partA) Fields.Set(parts[nameA].AsObject!, inner, partA, dots);
                if (Fields.Get(right, inner, dots) is { IsUndefined: false } partB) Fields.Set(parts[nameB].AsObject!, inner, partB, dots);
                (a, b) = (Without(left, [inner], dots), Without(right, [inner], dots));
            }

            different.Set(name, new JsObject { [nameA] = a, [nameB] = b });
        }

        var json = new JsObject { ["keys"] = keys, ["same"] = same, ["different"] = different };
        if (skipped.Count > 0) json.Set("skipped", skipped);
        return new Item(json) { PairedItems = [.. first.PairedItems, .. second.PairedItems] };
    }

    // n8n's first version makes null of what is false or 0, too.
    private JsValue OrNull(JsValue value) => value.IsUndefined || (foreign && version < 2 && !Coerce.ToBoolean(value)) ? JsValue.Null : value;
}
