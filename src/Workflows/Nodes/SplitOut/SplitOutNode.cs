using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.SplitOut;

/// <summary>Which list becomes items.</summary>
[CamelCase]
internal sealed record SplitOutParameters
{
    /// <summary>The fields of the lists, separated by commas; <c>$binary</c> for the item's files.</summary>
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

    protected override bool FailsWhole => true;

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
        List<KeyValuePair<string, BinaryData>> files = [];
        for (var f = 0; f < fields.Length; f++)
        {
            if (fields[f] is "$binary")
            {
                files = [.. item.Binary ?? Enumerable.Empty<KeyValuePair<string, BinaryData>>()];
                while (made.Count < files.Count) made.Add(new JsObject());
                continue;
            }

            var elements = Elements(Fields.Get(item.Json, fields[f], dots));
            for (var e = 0; e < elements.Count; e++)
            {
                if (e == made.Count) made.Add(new JsObject());
                if (include is "noOtherFields" && destinations.Length == 0 && fields.Length == 1 && Parts(elements[e]) is { } inner)
                    foreach (var (name, value) in inner) made[e].Set(name, value);
                else made[e].Set(destinations.Length > 0 ? destinations[f] : fields[f], elements[e].IsUndefined ? JsValue.Null : elements[e]);
            }
        }

        for (var i = 0; i < made.Count; i++)
        {
            var own = i < files.Count ? new Dictionary<string, BinaryData>([files[i]], StringComparer.Ordinal) : parameters.Options.IncludeBinary ? item.Binary : null;
            output.Add(new Item(Others(context, index, item.Json, made[i], fields, include, dots)) { Binary = own, PairedItems = Positions.Of(index) });
        }
    }

    /// <summary>The fields of an object, the elements of a list by their numbers; null for what has no parts.</summary>
    private static IEnumerable<KeyValuePair<string, JsValue>>? Parts(JsValue value) =>
        value.AsObject ?? value.AsArray?.Select((e, i) => KeyValuePair.Create(i.ToString(System.Globalization.CultureInfo.InvariantCulture), e));

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

        var others = Fields.List(parameters.FieldsToInclude.Get(context, index));
        if (others.Length == 0) throw new NodeException("fieldsToInclude: No fields specified. Please add a field to include") { ItemIndex = index, Retryable = false };
        foreach (var field in others)
            if (Fields.Get(from, field, dots) is { IsUndefined: false } value) made.Set(field, value);
        return made;
    }
}
