using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Aggregate;

/// <summary>What of all items becomes one.</summary>
[CamelCase]
internal sealed record AggregateParameters
{
    /// <summary>Single fields, each a list, or all items as one list.</summary>
    [OneOf("aggregateIndividualFields", "aggregateAllItemData")]
    public string Aggregate { get; init; } = "aggregateIndividualFields";

    /// <summary>The fields.</summary>
    public FieldsToAggregate FieldsToAggregate { get; init; } = new();

    /// <summary>The field of the list of all items.</summary>
    public Parameter<string> DestinationFieldName { get; init; } = "data";

    /// <summary>Which fields of the items are in that list.</summary>
    [OneOf("allFields", "specifiedFields", "allFieldsExcept")]
    public string Include { get; init; } = "allFields";

    /// <summary>Those, separated by commas.</summary>
    public Parameter<string> FieldsToInclude { get; init; } = "";

    /// <summary>All but those, separated by commas.</summary>
    public Parameter<string> FieldsToExclude { get; init; } = "";

    /// <summary>More about fields.</summary>
    public AggregateOptions Options { get; init; } = new();
}

/// <summary>Fields that become lists.</summary>
[CamelCase]
internal sealed record FieldsToAggregate
{
    /// <summary>The fields.</summary>
    [Field("fieldToAggregate")]
    public IReadOnlyList<FieldToAggregate> All { get; init; } = [];
}

/// <summary>A field that becomes a list.</summary>
[CamelCase]
internal sealed record FieldToAggregate
{
    /// <summary>Its name.</summary>
    [Field("fieldToAggregate")]
    public Parameter<string> Name { get; init; } = "";

    /// <summary>Whether the list has another name.</summary>
    public bool RenameField { get; init; }

    /// <summary>The list's name.</summary>
    public Parameter<string> OutputFieldName { get; init; } = "";
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record AggregateOptions
{
    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>Whether lists become one list and not a list of lists.</summary>
    public bool MergeLists { get; init; }

    /// <summary>Whether items without the field count as null.</summary>
    public bool KeepMissing { get; init; }

    /// <summary>Fields whose values make groups, separated by commas: each group becomes an item that has them, too.</summary>
    public Parameter<string> GroupByFields { get; init; } = "";

    /// <summary>Whether the item gets the files of all.</summary>
    public bool IncludeBinaries { get; init; }

    /// <summary>Whether files that are the same are kept once.</summary>
    public bool KeepOnlyUnique { get; init; }
}

/// <summary>Makes one item of all.</summary>
internal sealed class AggregateNode(AggregateParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<AggregateNode, AggregateParameters>((p, _) => new(p))
    {
        Type = "aggregate",
        Summary = "Makes one item of all: lists of single fields, or a list of all items.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.aggregate")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var groupBy = Fields.List(parameters.Options.GroupByFields.Get(context, 0));
        if (groupBy.Length == 0)
        {
            var json = new JsObject();
            var used = Collect(context, json, Enumerable.Range(0, context.Items.Count));
            return NodeResult.Of([new Item(json) { PairedItems = used, Binary = Files(context, used) }]);
        }

        var groups = new Dictionary<string, (JsObject Json, List<int> Items)>(StringComparer.Ordinal);
        for (var i = 0; i < context.Items.Count; i++)
        {
            var (key, json) = ("", new JsObject());
            foreach (var field in groupBy)
            {
                var value = ItemPaths.Get(context.Items[i].Json, field);
                if (value.AsReference is not null)
                    throw new NodeException($"Field \"{field}\" has a non-scalar value which cannot be used for grouping.") { ItemIndex = i, Retryable = false };
                key += ComparisonKey.Of(value) + "\u001f";
                if (!value.IsUndefined) ItemPaths.Set(json, field, value);
            }

            if (groups.TryGetValue(key, out var group)) group.Items.Add(i);
            else groups[key] = (json, [i]);
        }

        var output = new List<Item>(groups.Count);
        foreach (var (json, items) in groups.Values)
        {
            Collect(context, json, items);
            output.Add(new Item(json) { PairedItems = Runs.Positions.Of(items[0]), Binary = Files(context, [.. items.Select(i => new PairedItem(i))]) });
        }

        return NodeResult.Of(output);
    }

    /// <summary>Puts what is made of some items into an object; says which of them are in it.</summary>
    private IReadOnlyList<PairedItem> Collect(NodeContext context, JsObject json, IEnumerable<int> items)
    {
        if (parameters.Aggregate is "aggregateAllItemData") return All(context, json, items);
        Single(context, json, items);
        return [.. items.Select(i => new PairedItem(i))];
    }

    private void Single(NodeContext context, JsObject json, IEnumerable<int> items)
    {
        var dots = !parameters.Options.DisableDotNotation;
        if (parameters.FieldsToAggregate.All.Count == 0) throw new NodeException("No fields specified") { Retryable = false };
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in parameters.FieldsToAggregate.All)
        {
            var name = field.Name.Get(context, 0);
            var output = field.OutputFieldName.Get(context, 0) is { Length: > 0 } given ? given : Fields.LastOf(name, dots);
            if (!names.Add(output)) throw new NodeException($"The '{output}' output field is used more than once") { Retryable = false };
            if (name.Length > 0) Fields.Set(json, output, Values(context, items, name, dots), dots);
        }
    }

    private JsArray Values(NodeContext context, IEnumerable<int> items, string field, bool dots)
    {
        var values = new JsArray();
        foreach (var i in items)
        {
            var value = Fields.Get(context.Items[i].Json, field, dots);
            if (!parameters.Options.KeepMissing)
            {
                if (value.IsNullish) continue;
                if (value.AsArray is { } some) value = new JsArray([.. some.Where(e => !e.IsNull)]);
            }

            if (value.AsArray is { } list && parameters.Options.MergeLists) values.AddRange([.. list]);
            else values.Add(value.IsUndefined ? JsValue.Null : value);
        }

        return values;
    }

    private List<PairedItem> All(NodeContext context, JsObject json, IEnumerable<int> items)
    {
        var included = parameters.Include is "specifiedFields" && Fields.List(parameters.FieldsToInclude.Get(context, 0)) is { Length: > 0 } named ? named : null;
        var excluded = parameters.Include is "allFieldsExcept" ? Fields.List(parameters.FieldsToExclude.Get(context, 0)) : null;
        var list = new JsArray(context.Items.Count);
        var used = new List<PairedItem>(context.Items.Count);
        foreach (var i in items)
        {
            if (included is null && excluded is null)
            {
                list.Add(context.Items[i].Json);
                used.Add(new PairedItem(i));
                continue;
            }

            var some = new JsObject();
            foreach (var (name, value) in context.Items[i].Json)
                if (included?.Contains(name, StringComparer.Ordinal) ?? !excluded!.Contains(name, StringComparer.Ordinal)) some.Set(name, value);
            if (some.Count == 0) continue;
            list.Add(some);
            used.Add(new PairedItem(i));
        }

        json.Set(parameters.DestinationFieldName.Get(context, 0), list);
        return used;
    }

    private Dictionary<string, BinaryData>? Files(NodeContext context, IReadOnlyList<PairedItem> items)
    {
        if (!parameters.Options.IncludeBinaries) return null;
        var files = new Dictionary<string, BinaryData>(StringComparer.Ordinal);
        foreach (var (name, file) in items.SelectMany(i => context.Items[i.Item].Binary ?? (IReadOnlyDictionary<string, BinaryData>)new Dictionary<string, BinaryData>()))
        {
            if (parameters.Options.KeepOnlyUnique && files.Values.Any(f => f.Size == file.Size && string.Equals(f.FileName, file.FileName, StringComparison.Ordinal) && string.Equals(f.MimeType, file.MimeType, StringComparison.Ordinal))) continue;
            var unique = name;
            for (var i = 1; files.ContainsKey(unique); i++) unique = $"{name}_{i}";
            files[unique] = file;
        }

        return files;
    }
}
