namespace Sluice.Workflows.Nodes.ManualTrigger;

/// <summary>Begins a run that a person or program asks for.</summary>
internal sealed class ManualTriggerNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ManualTriggerNode, NoParameters>((_, _) => new())
    {
        Type = "manual-trigger",
        Summary = "Begins a run that a person or program asks for.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.manualTrigger"), new("n8n-nodes-base.start")],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);
}
