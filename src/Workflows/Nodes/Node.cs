namespace Sluice.Workflows.Nodes;

/// <summary>
/// One node of a workflow, made once when the workflow is loaded and shared by all its runs: everything that belongs to one run is in the
/// <see cref="NodeContext"/>. It reads its parameters' literals in its constructor and evaluates expressions per item; it parses nothing per item.
/// </summary>
public abstract class Node
{
    /// <summary>How many inputs it has with these parameters.</summary>
    public virtual int Inputs => 1;

    /// <summary>How many outputs it has with these parameters, without the one for failed items.</summary>
    public virtual int Outputs => 1;

    /// <summary>
    /// How many of its inputs must have got items for it to run when no other node can run any more: null or 1 for any one, 2 for the first and the second.
    /// A node with several connected inputs runs at once when all have been served.
    /// </summary>
    public virtual int? RequiredInputs => null;

    /// <summary>
    /// Whether running it twice with the same items does what running it once does. After a crash such a node is simply run again;
    /// of any other that was under way a person decides.
    /// </summary>
    public virtual bool Idempotent => true;

    /// <summary>Whether edges may lead from its outputs back to it.</summary>
    public virtual bool IsLoop => false;

    /// <summary>Runs it. Completes synchronously when nothing has to be waited for.</summary>
    /// <exception cref="NodeException">It failed for a reason that a person who wrote the workflow can understand.</exception>
    public abstract ValueTask<NodeResult> ExecuteAsync(NodeContext context);
}
