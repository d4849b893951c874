using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.RemoveDuplicates;

/// <summary>What makes two items the same.</summary>
[CamelCase]
internal sealed record RemoveDuplicatesParameters
{
    /// <summary>Duplicates among the items that come in; what other runs have seen is not remembered.</summary>
    [OneOf("removeDuplicateInputItems")]
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
internal sealed class RemoveDuplicatesNode(RemoveDuplicatesParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<RemoveDuplicatesNode, RemoveDuplicatesParameters>((p, _) => new(p))
    {
        Type = "remove-duplicates",
        Summary = "Keeps the first of items that are the same.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.removeDuplicates", 1, 2)],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var dots = !parameters.Options.DisableDotNotation;
        var selected = parameters.Compare is "selectedFields" ? Fields.List(parameters.FieldsToCompare.Get(context, 0)) : null;
        var excluded = parameters.Compare is "allFieldsExcept" ? Fields.List(parameters.FieldsToExclude.Get(context, 0)) : [];
        if (selected is { Length: 0 }) throw new NodeException("No fields specified") { Retryable = false };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<Item>();
        for (var i = 0; i < context.Items.Count; i++)
        {
            var compared = Compared(context.Items[i].Json, selected, excluded, dots);
            if (!seen.Add(ComparisonKey.Of(compared))) continue;
            kept.Add(parameters.Options.RemoveOtherFields ? new Item(compared) { PairedItems = Runs.Positions.Of(i) } : context.Same(i));
        }

        return NodeResult.Of(kept);
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
