using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Limit;

/// <summary>How many items are kept.</summary>
[CamelCase]
internal sealed record LimitParameters
{
    /// <summary>How many.</summary>
    [Between(0, int.MaxValue)]
    public Parameter<double> MaxItems { get; init; } = 1;

    /// <summary>The first or the last.</summary>
    [OneOf("firstItems", "lastItems")]
    public Parameter<string> Keep { get; init; } = "firstItems";
}

/// <summary>Keeps so many items.</summary>
internal sealed class LimitNode(LimitParameters parameters) : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<LimitNode, LimitParameters>((p, _) => new(p))
    {
        Type = "limit",
        Summary = "Keeps the first or the last so many items.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.limit")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var count = context.Items.Count;
        var kept = (int)Math.Clamp(parameters.MaxItems.Get(context, 0), 0, count);
        var first = parameters.Keep.Get(context, 0) is "lastItems" ? count - kept : 0;
        var items = new Item[kept];
        for (var i = 0; i < kept; i++) items[i] = context.Same(first + i);
        return NodeResult.Of(items);
    }
}
