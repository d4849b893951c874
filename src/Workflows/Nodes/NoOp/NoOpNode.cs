namespace Sluice.Workflows.Nodes.NoOp;

/// <summary>Passes its items on.</summary>
internal sealed class NoOpNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<NoOpNode, NoParameters>((_, _) => new())
    {
        Type = "no-op",
        Summary = "Does nothing: passes its items on.",
        Category = NodeCategory.Flow,
        Aliases = [new("n8n-nodes-base.noOp")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);
}
