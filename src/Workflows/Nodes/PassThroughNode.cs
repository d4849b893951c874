namespace Sluice.Workflows.Nodes;

/// <summary>Gives what it gets: the place of a node that is disabled.</summary>
internal sealed class PassThroughNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<PassThroughNode, NoParameters>((_, _) => new())
    {
        Type = "disabled",
        Summary = "Passes its items on.",
        Category = NodeCategory.Note,
    };

    public override int Inputs => 1000;

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);
}

/// <summary>The parameters of a node that has none.</summary>
[Foundation.Schema.CamelCase]
internal sealed record NoParameters;
