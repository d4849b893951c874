namespace Sluice.Workflows.Nodes;

/// <summary>Stands in for a node that is not supported, so that the rest of its workflow can be tried.</summary>
/// <param name="why">What a run that reaches it is told; null for a trigger, which gives what the run was started with.</param>
internal sealed class StandInNode(string? why, int outputs) : Node
{
    public static readonly NodeDescriptor Descriptor = Describe(isTrigger: false);

    public static readonly NodeDescriptor Trigger = Describe(isTrigger: true);

    public override int Inputs => 1000;

    public override int Outputs => outputs;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => why is null ? NodeResult.Of(context.Items) : throw new NodeException(why) { Retryable = false };

    private static NodeDescriptor<StandInNode, NoParameters> Describe(bool isTrigger) => new((_, _) => new(null, 1))
    {
        Type = "not-supported",
        Summary = "Stands in for a node that is not supported.",
        Category = NodeCategory.Note,
        IsTrigger = isTrigger,
    };
}
