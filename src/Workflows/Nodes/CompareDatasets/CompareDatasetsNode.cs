using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

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
internal sealed class CompareDatasetsNode(CompareDatasetsParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<CompareDatasetsNode, CompareDatasetsParameters>((p, _) => new(p))
    {
        Type = "compare-datasets",
        Summary = "Says which items are only in the first list, the same in both, different, and only in the second.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.compareDatasets", 1, 2.3)],
    };

    private readonly bool _fuzzy = parameters.FuzzyCompare || parameters.Options.FuzzyCompare;

    public override int Inputs => 2;

    public override int Outputs => 4;

    public override int? RequiredInputs => 1;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var dots = !parameters.Options.DisableDotNotation;
        var fields = parameters.MergeByFields.Values.Select(p => (First: p.Field1.Get(context, 0), Second: p.Field2.Get(context, 0))).ToArray();
        if (Array.Exists(fields, f => f.First.Length == 0 || f.Second.Length == 0)) throw new NodeException("You need to define at least one pair of fields to match on") { Retryable = false };
        var skipped = Fields.List(parameters.Options.SkipFields.Get(context, 0)).ToHashSet(StringComparer.Ordinal);
        var except = Fields.List(parameters.ExceptWhenMix.Get(context, 0));
        var second = context.Input(1);
        var bySecond = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < second.Count; i++)
        {
            if (Key(second[i].Json, fields.Select(f => f.Second), dots) is not { } key) continue;
            if (bySecond.TryGetValue(key, out var at)) at.Add(i);
            else bySecond[key] = [i];
        }

        List<Item> onlyFirst = [], same = [], different = [], onlySecond = [];
        var matched = new bool[second.Count];
        for (var i = 0; i < context.Items.Count; i++)
        {
            var item = context.Items[i];
            if (Key(item.Json, fields.Select(f => f.First), dots) is not { } key || !bySecond.TryGetValue(key, out var found))
            {
                onlyFirst.Add(context.Same(i));
                continue;
            }

            foreach (var j in parameters.Options.MultipleMatches is "all" ? found : found[..1])
            {
                matched[j] = true;
                IReadOnlyList<PairedItem> paired = [new(i), new(j, 1)];
                var differing = Differing(item.Json, second[j].Json, skipped);
                if (differing.Count == 0) same.Add(new Item(item.Json) { Binary = item.Binary, PairedItems = paired });
                else different.Add(Resolved(item, second[j], fields, differing, except, dots, paired));
            }
        }

        for (var j = 0; j < second.Count; j++)
            if (!matched[j]) onlySecond.Add(new Item(second[j].Json) { Binary = second[j].Binary, PairedItems = [new(j, 1)] });
        return NodeResult.Of([onlyFirst, same, different, onlySecond]);
    }

    private string? Key(JsObject json, IEnumerable<string> fields, bool dots)
    {
        var key = new StringBuilder();
        foreach (var field in fields)
        {
            var value = Fields.Get(json, field, dots);
            if (value.IsUndefined) return null;
            key.Append(ComparisonKey.Of(value, _fuzzy)).Append('\u001f');
        }

        return key.ToString();
    }

    private List<string> Differing(JsObject first, JsObject second, HashSet<string> skipped) =>
        [.. first.Names.Concat(second.Names).Distinct(StringComparer.Ordinal).Where(name => !skipped.Contains(name) && !AreSame(first[name], second[name]))];

    private bool AreSame(JsValue a, JsValue b) => string.Equals(ComparisonKey.Of(a, _fuzzy), ComparisonKey.Of(b, _fuzzy), StringComparison.Ordinal);

    private Item Resolved(Item first, Item second, (string First, string Second)[] fields, List<string> differing, string[] except, bool dots, IReadOnlyList<PairedItem> paired)
    {
        switch (parameters.Resolve)
        {
            case "preferInput1": return new Item(first.Json) { Binary = first.Binary, PairedItems = paired };
            case "preferInput2": return new Item(second.Json) { Binary = second.Binary, PairedItems = paired };
            case "mix":
                var (own, other) = parameters.PreferWhenMix is "input1" ? (first, second) : (second, first);
                var mixed = own.Json.Clone();
                foreach (var field in except) Fields.Set(mixed, field, Fields.Get(other.Json, field, dots) is { IsUndefined: false } value ? value : JsValue.Null, dots);
                return new Item(mixed) { Binary = own.Binary, PairedItems = paired };
            default:
                JsObject keys = new(), same = new(), different = new(), skipped = new();
                foreach (var (field, _) in fields) keys.Set(field, first.Json[field]);
                foreach (var name in first.Json.Names.Concat(second.Json.Names).Distinct(StringComparer.Ordinal))
                {
                    var both = new JsObject { ["inputA"] = OrNull(first.Json[name]), ["inputB"] = OrNull(second.Json[name]) };
                    if (AreSame(first.Json[name], second.Json[name])) same.Set(name, first.Json[name]);
                    else (differing.Contains(name) ? different : skipped).Set(name, both);
                }

                var json = new JsObject { ["keys"] = keys, ["same"] = same, ["different"] = different };
                if (skipped.Count > 0) json.Set("skipped", skipped);
                return new Item(json) { PairedItems = paired };
        }
    }

    private static JsValue OrNull(JsValue value) => value.IsUndefined ? JsValue.Null : value;
}
