using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>A node that looks at one item of its only input at a time and gives items on its only output.</summary>
public abstract class ItemNode : Node
{
    public sealed override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var items = context.Items;
        var output = new List<Item>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var before = output.Count;
            try
            {
                Execute(context, i, output);
            }
            catch (NodeException e) when (context.ContinueOnFail && !FailsWhole)
            {
                output.RemoveRange(before, output.Count - before);
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    /// <summary>Whether, where the workflow goes on, all items fail with one of them.</summary>
    protected virtual bool FailsWhole => false;

    /// <summary>Adds what the item becomes to the output; what it adds without saying from which item is paired with this one where that is not obvious.</summary>
    /// <exception cref="NodeException">The item cannot be dealt with.</exception>
    protected abstract void Execute(NodeContext context, int index, List<Item> output);
}
