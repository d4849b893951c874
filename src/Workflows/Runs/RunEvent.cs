using Sluice.Workflows.Data;

namespace Sluice.Workflows.Runs;

/// <summary>One entry of a run's history. The history alone gives the run's state; nothing else is remembered of it.</summary>
/// <param name="At">When it happened, as the engine's clock says.</param>
public abstract record RunEvent(DateTimeOffset At);

/// <summary>The run began.</summary>
/// <param name="Trigger">The index of the node that it began with.</param>
/// <param name="Items">What it began with.</param>
/// <param name="Trace">The trace that it continues or began, as a <c>traceparent</c>; null for none.</param>
public sealed record RunStarted(DateTimeOffset At, int Trigger, IReadOnlyList<Item> Items, string? Trace = null) : RunEvent(At)
{
    /// <summary>The method of the call that it began with; null when it was none.</summary>
    public string? Method { get; init; }
}

/// <summary>A node that must not run twice is about to run.</summary>
public sealed record NodeStarted(DateTimeOffset At, int Node, int Index, int Attempt) : RunEvent(At);

/// <summary>A node ended well.</summary>
/// <param name="Outputs">The items of each output.</param>
/// <param name="State">What the node leaves for its next execution in this run.</param>
/// <param name="Took">How long it ran.</param>
public sealed record NodeFinished(DateTimeOffset At, int Node, int Index, IReadOnlyList<Item>[] Outputs, JsValue State, TimeSpan Took) : RunEvent(At)
{
    /// <summary>The lines that the node's code wrote; null when it wrote none.</summary>
    public IReadOnlyList<string>? Lines { get; init; }
}

/// <summary>A node failed.</summary>
/// <param name="Attempt">Which try it was, from 1.</param>
/// <param name="Retry">Whether trying again could help.</param>
public sealed record NodeFailed(DateTimeOffset At, int Node, int Index, int Attempt, RunError Error, bool Retry, TimeSpan Took) : RunEvent(At)
{
    /// <inheritdoc cref="NodeFinished.Lines"/>
    public IReadOnlyList<string>? Lines { get; init; }

    /// <summary>How long the other side asked to be left alone before it is tried again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>A node waits, and with it the run.</summary>
public sealed record NodeWaiting(DateTimeOffset At, int Node, int Index, DateTimeOffset? Until, bool OnCall, string Suffix, string Method, string Message = "") : RunEvent(At);

/// <summary>What a node waited for came.</summary>
/// <param name="Items">What it gives; null for the items that it was given.</param>
public sealed record NodeResumed(DateTimeOffset At, int Node, int Index, IReadOnlyList<Item>? Items) : RunEvent(At);

/// <summary>A node that must not run twice was under way when the process ended: a person decides.</summary>
public sealed record DecisionNeeded(DateTimeOffset At, int Node, int Index) : RunEvent(At);

/// <summary>A person decided about it.</summary>
public sealed record Decided(DateTimeOffset At, int Node, int Index, Decision Decision, IReadOnlyList<Item>? Items) : RunEvent(At);

/// <summary>The run ended well.</summary>
public sealed record RunFinished(DateTimeOffset At) : RunEvent(At);

/// <summary>The run failed.</summary>
public sealed record RunFailed(DateTimeOffset At, RunError Error) : RunEvent(At);

/// <summary>The run was cancelled.</summary>
public sealed record RunCancelled(DateTimeOffset At, string Reason) : RunEvent(At);

/// <summary>What a person may decide about a node of which nobody knows whether it did its work.</summary>
public enum Decision
{
    /// <summary>Run it again.</summary>
    Repeat,

    /// <summary>Take it as done, with given items or those that it was given.</summary>
    Skip,

    /// <summary>Let the run fail.</summary>
    Fail,
}

/// <summary>Why a node or run failed.</summary>
/// <param name="Message">For the person who wrote the workflow.</param>
/// <param name="Node">The node's name; empty when it was none.</param>
/// <param name="Item">The index of the item; -1 when it was about none.</param>
/// <param name="Code">The status or code that the other side gave.</param>
public sealed record RunError(string Message, string Node = "", int Item = -1, string? Code = null, JsValue Details = default)
{
    /// <summary>A bug of ours or of the node's, and no failure that could be foreseen; its trace is in the log.</summary>
    public bool Unexpected { get; init; }
}
