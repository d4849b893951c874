namespace Sluice.Workflows.Nodes.ErrorTrigger;

/// <summary>Begins the run of an error workflow, with what is known about the run that failed.</summary>
internal sealed class ErrorTriggerNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ErrorTriggerNode, NoParameters>((_, _) => new())
    {
        Type = "error-trigger",
        Summary = "Begins when a run of a workflow that names this one as its error workflow fails.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.errorTrigger")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);
}
