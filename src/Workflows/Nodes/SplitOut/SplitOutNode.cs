using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.SplitOut;

/// <summary>Which list becomes items.</summary>
[CamelCase]
internal sealed record SplitOutParameters
{
    /// <summary>The fields of the lists, separated by commas.</summary>
    [Required]
    public Parameter<string> FieldToSplitOut { get; init; } = "";

    /// <summary>Which other fields the items get.</summary>
    [OneOf("noOtherFields", "allOtherFields", "selectedOtherFields")]
    public Parameter<string> Include { get; init; } = "noOtherFields";

    /// <summary>Those fields, separated by commas.</summary>
    public Parameter<string> FieldsToInclude { get; init; } = "";

    /// <summary>More about fields.</summary>
    public SplitOutOptions Options { get; init; } = new();
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record SplitOutOptions
{
    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>The fields that the elements are put in.</summary>
    public Parameter<string> DestinationFieldName { get; init; } = "";

    /// <summary>Whether items keep their files.</summary>
    public bool IncludeBinary { get; init; }
}

/// <summary>Makes an item of each element of a list.</summary>
internal sealed class SplitOutNode(SplitOutParameters parameters) : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<SplitOutNode, SplitOutParameters>((p, _) => new(p))
    {
        Type = "split-out",
        Summary = "Makes an item of each element of a list.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.splitOut")],
    };

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var dots = !parameters.Options.DisableDotNotation;
        var fields = Array.ConvertAll(Fields.List(parameters.FieldToSplitOut.Get(context, index)), f => f.StartsWith("$json.", StringComparison.Ordinal) ? f["$json.".Length..] : f);
        var destinations = Fields.List(parameters.Options.DestinationFieldName.Get(context, index));
        if (fields.Length == 0) throw new NodeException("No fields specified") { Retryable = false };
        if (destinations.Length > 0 && destinations.Length != fields.Length)
            throw new NodeException("If multiple fields to split out are given, the same number of destination fields must be given") { ItemIndex = index, Retryable = false };
        var include = parameters.Include.Get(context, index);
        var made = new List<JsObject>();
        for (var f = 0; f < fields.Length; f++)
        {
            var elements = Elements(Fields.Get(item.Json, fields[f], dots));
            for (var e = 0; e < elements.Count; e++)
            {
                if (e == made.Count) made.Add(new JsObject());
                if (elements[e].AsObject is { } inner && include is "noOtherFields" && destinations.Length == 0 && fields.Length == 1)
                    foreach (var (name, value) in inner) made[e].Set(name, value);
                else made[e].Set(destinations.Length > 0 ? destinations[f] : fields[f], elements[e].IsUndefined ? JsValue.Null : elements[e]);
            }
        }

        foreach (var json in made)
            output.Add(new Item(Others(context, index, item.Json, json, fields, include, dots)) { Binary = parameters.Options.IncludeBinary ? item.Binary : null, PairedItems = Positions.Of(index) });
    }

    private static IReadOnlyList<JsValue> Elements(JsValue value) => value switch
    {
        { IsUndefined: true } => [],
        { AsArray: { } list } => [.. list],
        { AsObject: { } map } => [.. map.Select(f => f.Value)],
        _ => [value],
    };

    private JsObject Others(NodeContext context, int index, JsObject from, JsObject made, string[] fields, string include, bool dots)
    {
        if (include is "noOtherFields") return made;
        if (include is "allOtherFields")
        {
            var all = from.Clone();
            foreach (var field in fields) Fields.Remove(all, field, dots);
            foreach (var (name, value) in made) all.Set(name, value);
            return all;
        }

        foreach (var field in Fields.List(parameters.FieldsToInclude.Get(context, index))) made.Set(field, Fields.Get(from, field, dots));
        return made;
    }
}
