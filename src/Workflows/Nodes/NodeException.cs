using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes;

/// <summary>A node failed: what it met in its items, its parameters or the system that it talked to.</summary>
/// <param name="message">For the person who wrote the workflow.</param>
public sealed class NodeException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The item that it failed with; -1 when it was not about one.</summary>
    public int ItemIndex { get; init; } = -1;

    /// <summary>More than the message says: an answer's body, a fault's detail.</summary>
    public JsValue Details { get; init; }

    /// <summary>The status or code that the other side gave, if any.</summary>
    public string? Code { get; init; }

    /// <summary>Whether trying again could help; a mistake in the workflow stays one.</summary>
    public bool Retryable { get; init; } = true;

    /// <summary>How long the other side asked to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
