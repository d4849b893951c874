using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>Like <see cref="ItemNode"/>, for what may have to wait for each item: files that are kept elsewhere, other systems.</summary>
public abstract class AsyncItemNode : Node
{
    public sealed override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        var output = new List<Item>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var before = output.Count;
            try
            {
                await ExecuteAsync(context, i, output);
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.RemoveRange(before, output.Count - before);
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    /// <inheritdoc cref="ItemNode.Execute"/>
    protected abstract ValueTask ExecuteAsync(NodeContext context, int index, List<Item> output);
}
