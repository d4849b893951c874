using System.Text.Json.Nodes;
using Sluice.Workflows.History;
using Sluice.Workflows.Runs;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>Runs as the API shows them.</summary>
internal sealed class RunView(RunData data)
{
    /// <summary>How many items of each input and output are shown unless more are asked for.</summary>
    public const int DefaultItems = 100;

    public static string NameOf(RunPhase phase) => phase == RunPhase.NeedsDecision ? "needs-decision" : phase.ToString().ToLowerInvariant();

    public static string NameOf(RunMode mode) => mode == RunMode.SubWorkflow ? "sub-workflow" : mode.ToString().ToLowerInvariant();

    /// <summary>One line of a list.</summary>
    public static ExecutionView Show(RunSummary run) => new()
    {
        Id = run.Id,
        Workflow = run.Workflow,
        Version = run.Version,
        Status = NameOf(run.Phase),
        Mode = NameOf(run.Mode),
        Tenant = run.Tenant.Length > 0 ? run.Tenant : null,
        Parent = run.Parent,
        StartedAt = run.StartedAt,
        EndedAt = run.EndedAt,
        WaitUntil = run.WaitUntil,
        DurationMs = run.EndedAt is { } end ? (end - run.StartedAt).TotalMilliseconds : null,
        LastNode = run.LastNode,
        Error = run.Error is { } error ? new ExecutionErrorView(error, null, null, null, null) : null,
        Bytes = run.Bytes,
    };

    /// <summary>A run that is in memory, in one line.</summary>
    public static ExecutionView Show(Run run) => new()
    {
        Id = run.Id,
        Workflow = run.Model.Name,
        Version = run.Model.Definition.Version,
        Status = NameOf(run.Phase),
        Mode = NameOf(run.Request.Mode),
        Tenant = run.Request.Tenant.Length > 0 ? run.Request.Tenant : null,
        Parent = run.Request.Parent?.Id,
        StartedAt = run.StartedAt,
    };

    /// <summary>All of a run: each execution of a node with what went in, what came out, and when.</summary>
    /// <param name="stored">What the store says of it; null for one that is not stored.</param>
    public ExecutionView Show(Run run, RunSummary? stored)
    {
        var standing = run.Standing;
        return (stored is null ? Show(run) : Show(stored)) with
        {
            Status = NameOf(stored is { Phase: RunPhase.Queued } ? RunPhase.Queued : standing.Phase),
            LastNode = standing.LastNode,
            Error = Show(standing.Error),
            Result = data.Show(standing.Last),
            Nodes = [.. run.AllExecutions().Select(n => Show(run, n))],
        };
    }

    private NodeExecutionView Show(Run run, NodeRun node) => new()
    {
        Node = node.Node.Name,
        Type = node.Node.Descriptor.Type,
        Index = node.Index,
        Attempt = node.Attempt,
        Status = node switch { { Waiting: not null } => "waiting", { Error: not null, Outputs: null } => "failed", { Outputs: null } => "running", { Error: not null } => "failed, went on", _ => "succeeded" },
        StartedAt = node.StartedAt == default ? null : node.StartedAt,
        TookMs = node.Outputs is null && node.Error is null ? null : node.Took.TotalMilliseconds,
        WaitsUntil = node.Waiting?.Until,
        WaitsForCall = node.Waiting?.OnCall,
        Sources = [.. node.Sources.Where(s => s.Node >= 0).Select(s => new ExecutionSourceView(run.Model.Nodes[s.Node].Name, s.Index, s.Output))],
        Inputs = [.. node.Inputs.Select(data.Show)],
        Outputs = node.Outputs?.Select(o => data.Show(o)).ToList(),
        Error = Show(node.Error),
    };

    private ExecutionErrorView? Show(RunError? error) =>
        error is null ? null : new ExecutionErrorView(error.Message, error.Node.Length > 0 ? error.Node : null, error.Item >= 0 ? error.Item : null, error.Code, data.Show(error.Details));
}

/// <summary>A run; in lists without its nodes and its result.</summary>
internal sealed record ExecutionView
{
    public required string Id { get; init; }

    public required string Workflow { get; init; }

    /// <summary>Of the document that it runs.</summary>
    public required string Version { get; init; }

    public required string Status { get; init; }

    public required string Mode { get; init; }

    public string? Tenant { get; init; }

    /// <summary>The run that called it, or that it tries again.</summary>
    public string? Parent { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public DateTimeOffset? WaitUntil { get; init; }

    public double? DurationMs { get; init; }

    public string? LastNode { get; init; }

    public ExecutionErrorView? Error { get; init; }

    /// <summary>What the node that ran last gave.</summary>
    public ItemsView? Result { get; init; }

    public IReadOnlyList<NodeExecutionView>? Nodes { get; init; }

    public long? Bytes { get; init; }
}

/// <summary>One execution of a node.</summary>
internal sealed record NodeExecutionView
{
    public required string Node { get; init; }

    public required string Type { get; init; }

    public int Index { get; init; }

    public int Attempt { get; init; }

    public required string Status { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public double? TookMs { get; init; }

    public DateTimeOffset? WaitsUntil { get; init; }

    public bool? WaitsForCall { get; init; }

    public required IReadOnlyList<ExecutionSourceView> Sources { get; init; }

    public required IReadOnlyList<ItemsView?> Inputs { get; init; }

    public IReadOnlyList<ItemsView?>? Outputs { get; init; }

    public ExecutionErrorView? Error { get; init; }
}

/// <summary>Where an input's items came from.</summary>
internal sealed record ExecutionSourceView(string Node, int Index, int Output);

internal sealed record ExecutionErrorView(string Message, string? Node, int? Item, string? Code, JsonNode? Details);

/// <summary>A list of items.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Items">The first of them.</param>
internal sealed record ItemsView(int Count, IReadOnlyList<JsonObject> Items);
