using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions;

/// <summary>What an expression can ask of another node of its workflow.</summary>
public abstract class NodeOutput
{
    public abstract string Name { get; }

    /// <summary>Whether the node has run in this run.</summary>
    public abstract bool IsExecuted { get; }

    /// <summary><c>.params</c>: its parameters.</summary>
    public virtual JsObject? Parameters => null;

    /// <summary><c>.context</c>: what the node keeps for itself, such as the state of a loop.</summary>
    public virtual JsObject? Context => null;

    /// <summary>Its output items.</summary>
    /// <param name="branch">Which of its outputs; null for the one that leads to the current node.</param>
    /// <param name="run">Which of its runs; null for the last.</param>
    public abstract IReadOnlyList<Item> Items(int? branch, int? run);

    /// <summary>The item that an item of the current node was made from; null when that cannot be told.</summary>
    public abstract Item? ItemMatching(int itemIndex);
}

/// <summary><c>$prevNode</c>.</summary>
public sealed record PreviousNode(string Name, int OutputIndex, int RunIndex);
