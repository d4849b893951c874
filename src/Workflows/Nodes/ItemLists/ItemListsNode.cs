using Sluice.Foundation.Schema;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Nodes.ItemLists;

/// <summary>What is done with the list of items.</summary>
[CamelCase]
internal sealed record ItemListsParameters
{
    /// <summary>What is done; each has the parameters of the node of that name.</summary>
    [Required]
    [OneOf("aggregate", "limit", "removeDuplicates", "sort", "splitOut", "summarize")]
    public string Operation { get; init; } = "";
}

/// <summary>The old node for lists: each of its operations is a node of its own today.</summary>
internal static class ItemListsNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NoOp.NoOpNode, ItemListsParameters>((_, _) => new())
    {
        Type = "item-lists",
        Summary = "Splits, collects, sorts, limits and sums up items: the older node of which each operation is a node of its own.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.itemLists", 1, 3.1)],
        Redirect = Redirect,
    };

    private static (string Type, MapNode Parameters)? Redirect(MapNode parameters)
    {
        var rest = Listed(parameters.With(["resource", "operation"]), "fieldsToInclude", "fieldsToExclude", "fieldsToCompare");
        switch (parameters.Text("operation") ?? "splitOutItems")
        {
            case "splitOutItems" or "splitOut":
                // Before version 3 there was one place for the name of the destination.
                return ("split-out", parameters.At("options", "destinationFieldName") is null && parameters["destinationFieldName"] is { } destination
                    ? rest.With(["destinationFieldName"], DocumentData.Entry("options", (parameters["options"] as MapNode ?? DocumentData.Map(parameters.Place)).With([], DocumentData.Entry("destinationFieldName", destination))))
                    : rest);
            case "aggregateItems" or "aggregate" or "concatenateItems":
                return ("aggregate", rest);
            case "removeDuplicates":
                return ("remove-duplicates", rest);
            case "sort":
                return ("sort", rest);
            case "limit":
                return ("limit", rest);
            case "summarize":
                return ("summarize", rest);
            default:
                return null;
        }
    }

    /// <summary>Before version 3 names of fields stood in a list of maps.</summary>
    private static MapNode Listed(MapNode parameters, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (parameters[name] is MapNode map)
                parameters = parameters.With([], DocumentData.Entry(name, DocumentData.Text(map.Place, map["fields"] is ListNode fields ? string.Join(',', fields.Items.OfType<MapNode>().Select(f => f.Text("fieldName") ?? "")) : "")));
        return parameters;
    }
}
