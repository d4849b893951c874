namespace Sluice.Workflows.History;

/// <summary>Keeps what is too big for the history: files of items, and big outputs. A folder of this machine, or one that all nodes of a cluster reach.</summary>
public abstract class ObjectStore
{
    /// <summary>Stores bytes under a key; what was there is replaced. Durable when it returns.</summary>
    public abstract ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>The bytes of a key; null when there are none.</summary>
    public abstract ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string key, CancellationToken cancel);

    /// <summary>Removes everything whose key begins like this; nothing happens when there is nothing.</summary>
    public abstract ValueTask DeleteAsync(string prefix, CancellationToken cancel);
}
