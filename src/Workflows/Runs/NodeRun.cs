using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Runs;

/// <summary>Where the items of an input came from: the execution of a node and one of its outputs. A node of -1 is none.</summary>
public readonly record struct ItemSource(int Node, int Index, int Output);

/// <summary>One execution of a node in a run: what went in, what came out.</summary>
public sealed class NodeRun
{
    internal NodeRun(NodeModel node, IReadOnlyList<Item>?[] inputs, ItemSource[] sources)
    {
        Node = node;
        Inputs = inputs;
        Sources = sources;
    }

    public NodeModel Node { get; }

    /// <summary>How often the node ran before in this run.</summary>
    public int Index { get; internal set; } = -1;

    /// <summary>The items of each input; null for one that was not served.</summary>
    public IReadOnlyList<Item>?[] Inputs { get; }

    /// <summary>Where each input's items came from.</summary>
    public ItemSource[] Sources { get; }

    /// <summary>The items of each output; null until it has ended.</summary>
    public IReadOnlyList<Item>[]? Outputs { get; internal set; }

    /// <summary>Why its last try failed; null when it did not.</summary>
    public RunError? Error { get; internal set; }

    /// <summary>How often it was tried.</summary>
    public int Attempt { get; internal set; } = 1;

    /// <summary>The lines that its code wrote in this try; null when it wrote none.</summary>
    public IReadOnlyList<string>? Lines { get; internal set; }

    public DateTimeOffset StartedAt { get; internal set; }

    public TimeSpan Took { get; internal set; }

    /// <summary>Stored as started, so that it may have done its work already.</summary>
    internal bool Started { get; set; }

    /// <summary>What it waits for; null when it does not.</summary>
    public NodeWaiting? Waiting { get; internal set; }

    internal System.Diagnostics.Activity? Span { get; set; }

    /// <summary>How many calls the run had taken when this one began to wait: addresses of that turn wake it.</summary>
    internal int Turn { get; set; }

    internal JsValue State { get; set; }
}
