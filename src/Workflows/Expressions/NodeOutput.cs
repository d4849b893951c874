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

    /// <summary>The index of its last run; -1 when it has not run.</summary>
    public virtual int LastRun => IsExecuted ? 0 : -1;

    /// <summary>Whether its items can come to the current node.</summary>
    public virtual bool IsConnected => true;

    /// <summary>Its output items.</summary>
    /// <param name="branch">Which of its outputs; null for the one that leads to the current node.</param>
    /// <param name="run">Which of its runs; null for the last.</param>
    /// <exception cref="ExpressionError">It has no such run or branch.</exception>
    public abstract IReadOnlyList<Item> Items(int? branch, int? run);

    /// <summary>The item that an item of the current node was made from; null when that cannot be told.</summary>
    /// <exception cref="ExpressionError">There are several.</exception>
    public abstract Item? ItemMatching(int itemIndex);
}

/// <summary><c>$prevNode</c>.</summary>
public sealed record PreviousNode(string Name, int OutputIndex, int RunIndex);
