using Sluice.Foundation.Schema;
using Sluice.Foundation.Errors;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.Merge;

/// <summary>Makes one list of items of several.</summary>
internal sealed class MergeNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<MergeNode, MergeParameters>((p, s) => new(p, s))
    {
        Type = "merge",
        Summary = "Makes one list of items of several: one after the other, joined by fields or position, or only one of them.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.merge", 1, 3.2)],
        Upgrade = Upgrade,
        Difference = "the mode combineBySql runs SQLite's SQL, not AlaSQL's",
        Differs = static (p, _) => p.Text("mode") is "combineBySql",
    };

    private readonly MergeParameters _parameters;
    private readonly double _version;
    private readonly bool _isForeign;

    public MergeNode(MergeParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        _version = setup.Version;
        _isForeign = setup.IsForeign;
        if (parameters is not { Mode: "combine", CombineBy: "combineByFields" }) return;
        if (parameters.Advanced && parameters.MergeByFields.Values.Count == 0) setup.Report("mergeByFields.values", "needs at least one pair of fields");
        if (!parameters.Advanced && parameters.FieldsToMatchString is { IsLiteral: true, Literal: "" }) setup.Report("fieldsToMatchString", "needs at least one field");
    }

    public override int Inputs => _parameters.NumberInputs;

    public override int? RequiredInputs => _version < 2 ? null : _parameters.Mode is "chooseBranch" ? 2 : 1;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => _parameters.Mode switch
    {
        "append" => NodeResult.Of([.. Enumerable.Range(0, Inputs).SelectMany(i => Tagged(context, i))]),
        "chooseBranch" => NodeResult.Of(Choose(context)),
        "combineBySql" => NodeResult.Of(Query(context)),
        _ => NodeResult.Of(Combine(context)),
    };

    private IReadOnlyList<Item> Query(NodeContext context)
    {
        var found = SqlMerge.Run(_parameters.Query.Get(context, 0), [.. Enumerable.Range(0, Inputs).Select(context.Input)], context.Cancellation);
        return found.Count > 0 || (_version >= 3.2 && _parameters.Options.EmptyQueryResult is "empty") ? found : [new Item(new JsObject { ["success"] = true })];
    }

    private List<Item> Combine(NodeContext context) => _parameters.First is { } first ? first.Mode is "mergeByIndex"
        ? FirstMerge.ByIndex(first.Join, Tagged(context, 0), Tagged(context, 1)) : FirstMerge.ByKey(context, first, Tagged(context, 0), Tagged(context, 1)) : _parameters.CombineBy switch
    {
        "combineByPosition" => ByPosition(context),
        "combineAll" => All(context),
        _ => new FieldMerge(_parameters, context, fieldsMustExist: _version < 2.1).Run(Tagged(context, 0), Tagged(context, 1)),
    };

    /// <summary>The items of an input, paired with themselves.</summary>
    private static List<Item> Tagged(NodeContext context, int input)
    {
        var items = context.Input(input);
        var tagged = new List<Item>(items.Count);
        for (var i = 0; i < items.Count; i++) tagged.Add(new Item(items[i].Json) { Binary = items[i].Binary, PairedItems = [new PairedItem(i, input)] });
        return tagged;
    }

    private IReadOnlyList<Item> Choose(NodeContext context)
    {
        if (_parameters.Output is "empty") return [new Item(new JsObject()) { PairedItems = [.. Tagged(context, 0).Concat(_version < 2 ? [] : Tagged(context, 1)).SelectMany(i => i.PairedItems)] }];
        var number = _parameters.Output switch { "input1" => 1, "input2" => 2, _ => (int)_parameters.UseDataOfInput.Get(context, 0) };
        if (number < 1 || number > Inputs) throw new NodeException($"Input {number} doesn't exist") { Retryable = false };
        return Tagged(context, number - 1);
    }

    private List<Item> ByPosition(NodeContext context)
    {
        var clash = _parameters.Options.ClashHandling.Values;
        var inputs = Enumerable.Range(0, Inputs).Select(i => Tagged(context, i)).ToArray();
        // The second version gives what one input has when the other has nothing.
        if (_version < 3 && inputs.Any(i => i.Count == 0)) return [.. inputs.SelectMany(i => i)];
        var counts = inputs.Select(i => i.Count);
        var count = _parameters.Options.IncludeUnpaired.Get(context, 0) ? counts.Max() : counts.Min();
        var plain = inputs;
        if (clash.ResolveClash is "addSuffix") inputs = [.. inputs.Select((input, i) => input.ConvertAll(item => ItemMerge.WithSuffix(item, (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture))))];
        var preferred = clash.ResolveClash.StartsWith("preferInput", StringComparison.Ordinal) && int.TryParse(clash.ResolveClash["preferInput".Length..], System.Globalization.CultureInfo.InvariantCulture, out var p) && p <= inputs.Length && p > 0 ? p - 1 : inputs.Length - 1;
        var merged = new List<Item>(count);
        for (var i = 0; i < count; i++)
        {
            var at = i;
            var entries = inputs.Where(input => at < input.Count).Select(input => input[at]).ToList();
            // The preferred item comes once more, and last; n8n's third version has it there without suffixes.
            if ((_isForeign && _version >= 3 ? plain : inputs)[preferred] is var last && at < last.Count) entries.Add(new Item(last[at].Json) { Binary = last[at].Binary });
            merged.Add(ItemMerge.Merge(entries, clash));
        }

        return merged;
    }

    private List<Item> All(NodeContext context)
    {
        var clash = _parameters.Options.ClashHandling.Values;
        List<Item> first = Tagged(context, 0), second = Tagged(context, 1);
        if (clash.ResolveClash is "preferInput1") (first, second) = (second, first);
        if (clash.ResolveClash is "addSuffix")
        {
            first = first.ConvertAll(item => ItemMerge.WithSuffix(item, "1"));
            second = second.ConvertAll(item => ItemMerge.WithSuffix(item, "2"));
        }

        if ((long)first.Count * second.Count > 10_000_000) throw new NodeException($"{first.Count} items each with {second.Count} are too many") { Retryable = false };
        var merged = new List<Item>(first.Count * second.Count);
        foreach (var a in first)
            foreach (var b in second) merged.Add(ItemMerge.Merge([a, b], clash));
        return merged;
    }

    /// <summary>Versions 1 and 2.</summary>
    private static MapNode Upgrade(MapNode old, double version)
    {
        var place = old.Place;
        if (version >= 3) return old;
        if (version >= 2)
        {
            var by = old.Text("combinationMode") switch { "mergeByPosition" => "combineByPosition", "multiplex" => "combineAll", _ => "combineByFields" };
            var upgraded = old.With(["combinationMode"], DocumentData.Entry("combineBy", DocumentData.Text(place, by)), DocumentData.Entry("advanced", DocumentData.Boolean(place, true)));
            return upgraded;
        }

        var mode = old.Text("mode") ?? "append";
        var rest = old.With(["mode", "propertyName1", "propertyName2", "join", "overwrite", "output"]);
        MapEntry Text(string name, string value) => DocumentData.Entry(name, DocumentData.Text(place, value));
        return mode switch
        {
            "append" => rest.With([], Text("mode", "append")),
            "wait" => rest.With([], Text("mode", "chooseBranch"), Text("output", "empty")),
            "passThrough" => rest.With([], Text("mode", "chooseBranch"), Text("output", old.Text("output") is "input2" ? "input2" : "input1")),
            "multiplex" => rest.With([], Text("mode", "combine"), Text("combineBy", "combineAll"), DocumentData.Entry("options", Shallow(place))),
            _ => rest.With([], Text("mode", "combine"), Text("combineBy", "combineByPosition"),
                DocumentData.Entry("first", DocumentData.Map(place, [.. old.Entries.Where(e => e.Name is "mode" or "propertyName1" or "propertyName2" or "join" or "overwrite")]))),
        };
    }

    private static MapNode Shallow(Place place) => DocumentData.Map(place, DocumentData.Entry("clashHandling", DocumentData.Map(place,
        DocumentData.Entry("values", DocumentData.Map(place, DocumentData.Entry("mergeMode", DocumentData.Text(place, "shallowMerge")))))));
}
