using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Runs;

/// <summary>Where a run stands.</summary>
public enum RunPhase
{
    Queued,
    Running,
    Waiting,

    /// <summary>A node that must not run twice was under way when the process ended.</summary>
    NeedsDecision,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>The state that <see cref="RunMachine"/> keeps of a run; wholly made by applying the run's events.</summary>
internal sealed class RunState(WorkflowModel model)
{
    public WorkflowModel Model { get; } = model;

    public RunPhase Phase { get; set; }

    public RunError? Error { get; set; }

    /// <summary>What can run, the next at the end.</summary>
    public List<NodeRun> Ready { get; } = [];

    /// <summary>What runs, or waits for a retry.</summary>
    public List<NodeRun> Running { get; } = new(1);

    /// <summary>What waits for a time or a call.</summary>
    public List<NodeRun>? Waiting { get; set; }

    /// <summary>Nodes with several inputs of which not all have been served, in the order in which they were first served.</summary>
    public List<PartlyServed>? PartlyServed { get; set; }

    /// <summary>Every execution, by the node's index and the execution's.</summary>
    public List<NodeRun>?[] Runs { get; } = new List<NodeRun>?[model.Nodes.Count];

    /// <summary>How many calls it has taken while it waited.</summary>
    public int CallsTaken { get; set; }

    /// <summary>How many executions there were.</summary>
    public int Executions { get; set; }

    /// <summary>The execution that ended last.</summary>
    public NodeRun? Last { get; set; }

    public NodeRun? Find(int node, int index) => Runs[node] is { } runs && index < runs.Count ? runs[index] : null;
}

/// <summary>A node's inputs as far as they have been served.</summary>
internal sealed class PartlyServed(NodeModel node)
{
    public NodeModel Node { get; } = node;

    public IReadOnlyList<Item>?[] Inputs { get; } = new IReadOnlyList<Item>?[node.ConnectedInputs];

    public ItemSource[] Sources { get; } = NoSources(node.ConnectedInputs);

    private static ItemSource[] NoSources(int count)
    {
        var sources = new ItemSource[count];
        Array.Fill(sources, new ItemSource(-1, 0, 0));
        return sources;
    }
}
