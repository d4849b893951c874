using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>How a run stands or ended.</summary>
/// <param name="Last">The items of the first output of the node that ran last; what a caller of the run gets.</param>
public sealed record RunResult(string Id, RunPhase Phase, IReadOnlyList<Item> Last, RunError? Error)
{
    /// <summary>The name of the node that ran last.</summary>
    public string LastNode { get; init; } = "";

    public bool Succeeded => Phase == RunPhase.Succeeded;
}

/// <summary>How a run came about.</summary>
public enum RunMode { Production, Test, SubWorkflow, Error, Retry }

/// <summary>What a run is started with.</summary>
public sealed class RunRequest
{
    /// <summary>The node that it begins with; the workflow's first trigger when null.</summary>
    public string? Trigger { get; init; }

    public IReadOnlyList<Item> Items { get; init; } = [new Item(new JsObject())];

    public RunMode Mode { get; init; } = RunMode.Production;

    /// <summary>The method of the call that it begins with; null when it is none.</summary>
    public string? Method { get; init; }

    /// <summary>Who it is run for: what limits and fair turns count by; empty for nobody in particular.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Pinned data stands in for what nodes would give.</summary>
    public bool UsePinData { get; init; }

    /// <summary>Ends when whoever waits for the run goes away or its time is up; the run is cancelled then.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The trace of whoever starts it, which the run continues; a trace of its own when there is none.</summary>
    public System.Diagnostics.ActivityContext Trace { get; init; }

    /// <summary>The time of a schedule that it is for, which is taken with the commit that stores the run; null for none.</summary>
    internal Schedules.ScheduledTime? Due { get; init; }

    /// <summary>The run's id; a new one when null.</summary>
    public string? Id { get; init; }

    /// <summary>The run that asked for it; null when none did.</summary>
    public Run? Parent { get; init; }
}

/// <summary>A run that a node asks for.</summary>
internal sealed record SubRun(Run Parent, NodeRun Node, int Item, string Workflow, Definitions.WorkflowModel? Inline, IReadOnlyList<Item> Items, bool Wait, CancellationToken Cancellation);

/// <summary>A run was not taken: too many wait already, or the store does not answer.</summary>
/// <param name="retryAfter">When trying again makes sense.</param>
public sealed class RunRefusedException(string message, TimeSpan retryAfter) : Exception(message)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
