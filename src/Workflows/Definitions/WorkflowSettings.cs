using Sluice.Foundation.Schema;

namespace Sluice.Workflows.Definitions;

/// <summary>How much of a run survives the end of the process.</summary>
public enum Durability
{
    /// <summary>The start, every finished node and the end are stored.</summary>
    Checkpoint,

    /// <summary>Nothing is stored: for workflows that only read.</summary>
    None,
}

/// <summary>The settings of a workflow.</summary>
[CamelCase]
public sealed record WorkflowSettings
{
    /// <summary>The order in which branches run; only n8n's <c>v1</c> exists here: one branch to its end, then the next, from the top to the bottom.</summary>
    [OneOf("v0", "v1")]
    public string ExecutionOrder { get; init; } = "v1";

    /// <summary>Whether independent branches run side by side.</summary>
    public bool Parallel { get; init; }

    /// <summary>How much of a run is stored: <c>checkpoint</c> (start, every finished node, end) or <c>none</c>.</summary>
    public Durability Durability { get; init; }

    /// <summary>How many runs of this workflow are under way at a time; no limit of its own when absent.</summary>
    [Between(1, 100_000)]
    public int? Concurrency { get; init; }

    /// <summary>How many runs of this workflow may wait for their turn; the engine's default when absent.</summary>
    [Between(0, 1_000_000)]
    public int? QueueLength { get; init; }

    /// <summary>Seconds that a run may take; -1 or absent for no limit.</summary>
    [Between(-1, 31_536_000)]
    public double ExecutionTimeout { get; init; } = -1;

    /// <summary>The name or id of the workflow that is run when a run of this one fails.</summary>
    [AllowEmpty]
    public string? ErrorWorkflow { get; init; }

    /// <summary>The time zone of schedules and of <c>$now</c>, for example <c>Europe/Berlin</c>.</summary>
    public string Timezone { get; init; } = "UTC";

    /// <summary>Days for which finished runs are kept; the engine's default when absent.</summary>
    [Between(0, 36_500)]
    public double? RetentionDays { get; init; }

    /// <summary>Which other workflows may call this one: <c>any</c>, <c>none</c>, <c>workflowsFromSameOwner</c> or <c>workflowsFromAList</c>.</summary>
    [OneOf("any", "none", "workflowsFromSameOwner", "workflowsFromAList")]
    public string CallerPolicy { get; init; } = "any";

    /// <summary>The ids of the workflows that may call this one, separated by commas, when the policy is a list.</summary>
    [AllowEmpty]
    public string? CallerIds { get; init; }

    /// <summary>Whether finished runs are kept: <c>all</c> or <c>none</c>.</summary>
    [OneOf("all", "none", "DEFAULT")]
    public string SaveDataSuccessExecution { get; init; } = "all";

    /// <summary>Whether failed runs are kept: <c>all</c> or <c>none</c>.</summary>
    [OneOf("all", "none", "DEFAULT")]
    public string SaveDataErrorExecution { get; init; } = "all";
}
