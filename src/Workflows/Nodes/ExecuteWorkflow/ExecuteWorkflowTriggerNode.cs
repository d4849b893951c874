using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Nodes.ExecuteWorkflow;

/// <summary>What the workflow is given by those that call it.</summary>
[CamelCase]
internal sealed record ExecuteWorkflowTriggerParameters
{
    /// <summary>Whether all data is taken, or fields are named for people and editors.</summary>
    [OneOf("passthrough", "workflowInputs", "jsonExample")]
    public string InputSource { get; init; } = "passthrough";

    /// <summary>The older name of that.</summary>
    public string? Events { get; init; }

    /// <summary>The fields, for editors.</summary>
    public MapNode? WorkflowInputs { get; init; }

    /// <summary>An example, for editors.</summary>
    [AllowEmpty]
    public string? JsonExample { get; init; }
}

/// <summary>Begins a run that another workflow asks for.</summary>
internal sealed class ExecuteWorkflowTriggerNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<ExecuteWorkflowTriggerNode, ExecuteWorkflowTriggerParameters>((_, _) => new())
    {
        Type = "execute-workflow-trigger",
        Summary = "Begins a run that another workflow asks for.",
        Category = NodeCategory.Trigger,
        IsTrigger = true,
        Aliases = [new("n8n-nodes-base.executeWorkflowTrigger", 1, 1.1)],
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context) => NodeResult.Of(context.Items);
}
