using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RemoveDuplicates;

/// <summary>What makes two items the same.</summary>
[CamelCase]
internal sealed record RemoveDuplicatesParameters
{
    /// <summary>Duplicates among the items that come in; what other runs have seen is not remembered.</summary>
    [OneOf("removeDuplicateInputItems", "removeItemsSeenInPreviousExecutions", "clearDeduplicationHistory")]
    public string Operation { get; init; } = "removeDuplicateInputItems";

    /// <summary>All fields, all but some, or only some.</summary>
    [OneOf("allFields", "allFieldsExcept", "selectedFields")]
    public string Compare { get; init; } = "allFields";

    /// <summary>All but those, separated by commas.</summary>
    public Parameter<string> FieldsToExclude { get; init; } = "";

    /// <summary>Those, separated by commas.</summary>
    public Parameter<string> FieldsToCompare { get; init; } = "";

    /// <summary>More about fields.</summary>
    public RemoveDuplicatesOptions Options { get; init; } = new();
}

/// <summary>More about fields.</summary>
[CamelCase]
internal sealed record RemoveDuplicatesOptions
{
    /// <summary>Whether a dot in a field's name is part of the name.</summary>
    public bool DisableDotNotation { get; init; }

    /// <summary>Whether items keep only the fields that were compared.</summary>
    public bool RemoveOtherFields { get; init; }
}

/// <summary>Keeps the first of items that are the same.</summary>
internal sealed class RemoveDuplicatesNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RemoveDuplicatesNode, RemoveDuplicatesParameters>((p, s) => new(p, s))
    {
        Type = "remove-duplicates",
        Summary = "Keeps the first of items that are the same.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.removeDuplicates", 1, 2)],
    };

    private readonly RemoveDuplicatesParameters _parameters;
    private readonly bool _isStrict;
    private readonly bool _passesNull;

    public RemoveDuplicatesNode(RemoveDuplicatesParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
        (_isStrict, _passesNull) = (setup.IsForeign, setup.Version > 1);
        if (parameters.Operation is not "removeDuplicateInputItems") setup.Report("operation", $"'{parameters.Operation}' is not supported: nothing is kept from one run to the next");
    }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        try
        {
            return NodeResult.Of(Kept(context));
        }
        catch (NodeException e) when (context.ContinueOnFail && _passesNull)
        {
            // n8n's first version gives the items as they came, later ones say what failed.
            return NodeResult.Of([context.Failed(0, e)]);
        }
    }

    private List<Item> Kept(NodeContext context)
    {
        var dots = !_parameters.Options.DisableDotNotation;
        var selected = _parameters.Compare is "selectedFields" ? Fields.List(_parameters.FieldsToCompare.Get(context, 0)) : null;
        var excluded = _parameters.Compare is "allFieldsExcept" ? Fields.List(_parameters.FieldsToExclude.Get(context, 0)) : [];
        if (selected is { Length: 0 }) throw new NodeException("fieldsToCompare: No fields specified. Please add a field to compare on") { Retryable = false };
        if (_parameters.Compare is "allFieldsExcept" && excluded.Length == 0) throw new NodeException("fieldsToExclude: No fields specified. Please add a field to exclude from comparison") { Retryable = false };
        if (_isStrict) Check(context, selected ?? [.. Names(context.Items, dots, excluded)], dots);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<Item>();
        for (var i = 0; i < context.Items.Count; i++)
        {
            var compared = Compared(context.Items[i].Json, selected, excluded, dots);
            if (!seen.Add(ComparisonKey.Of(compared))) continue;
            kept.Add(_parameters.Options.RemoveOtherFields ? new Item(compared) { PairedItems = Runs.Positions.Of(i) } : context.Same(i));
        }

        return kept;
    }

    /// <summary>As in n8n it is a failure when an item lacks a field that is compared, or has it as another type.</summary>
    private void Check(NodeContext context, IEnumerable<string> fields, bool dots)
    {
        foreach (var field in fields)
        {
            JsKind? type = null;
            for (var i = 0; i < context.Items.Count; i++)
            {
                var value = Fields.Get(context.Items[i].Json, field, dots);
                if (value.IsNull && _passesNull) continue;
                if (value.IsUndefined) throw new NodeException($"'{field}' field is missing from some input items") { ItemIndex = i, Retryable = false };
                var own = value.IsNull || value.AsReference is not null ? JsKind.Object : value.Kind;
                if ((type ??= own) != own) throw new NodeException($"'{field}' isn't always the same type") { ItemIndex = i, Retryable = false };
            }
        }
    }

    /// <summary>The names of the fields, with those of objects and lists inside; with some left out those of the first item, as in n8n.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<Item> items, bool dots, string[] excluded) =>
        (excluded.Length > 0 ? items.Take(1) : items).SelectMany(i => dots ? Leaves(i.Json, "") : i.Json.Names).Distinct(StringComparer.Ordinal).Where(n => !excluded.Contains(n, StringComparer.Ordinal));

    private static IEnumerable<string> Leaves(JsValue value, string path)
    {
        if (value.AsObject is { } map) return map.SelectMany(f => Leaves(f.Value, path.Length == 0 ? f.Key : $"{path}.{f.Key}"));
        return value.AsArray is { } list ? list.SelectMany((e, i) => Leaves(e, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}.{i}"))) : [path];
    }

    private static JsObject Compared(JsObject json, string[]? selected, string[] excluded, bool dots)
    {
        if (selected is null && excluded.Length == 0) return json;
        var compared = selected is null ? json.Clone() : new JsObject();
        foreach (var field in excluded) Fields.Remove(compared, field, dots);
        foreach (var field in selected ?? []) Fields.Set(compared, field, Fields.Get(json, field, dots), dots);
        return compared;
    }
}
