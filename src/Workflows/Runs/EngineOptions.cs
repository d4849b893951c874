using Sluice.Foundation.Storage;
using Sluice.Workflows.Connections.Kinds;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Runs;

/// <summary>What an engine is made of, and its limits.</summary>
public sealed class EngineOptions
{
    public NodeServices Services { get; init; } = new();

    /// <summary>Where histories are stored; null stores nothing, whatever workflows say.</summary>
    public Database? Database { get; init; }

    /// <summary>What the node is called in each of its lives, so that it need not wait for its own old runs to be free; null when nothing stays the same.</summary>
    public string? Node { get; init; }

    /// <summary>Whether it goes on with the runs that other nodes left behind. The runs of a store in a file are always gone on with.</summary>
    public bool TakesOver { get; init; } = true;

    /// <summary>
    /// The RabbitMQ server over which workers are told of stored runs that nobody waits for; null where each node runs what it takes. Only where nodes share a database.
    /// </summary>
    public RabbitConnection? Queue { get; init; }

    /// <summary>How many runs are under way at a time; 10 for each processor when not set.</summary>
    public int ConcurrentRuns { get; init; } = 10 * Environment.ProcessorCount;

    /// <summary>How many runs of one tenant are under way at a time; null for no limit of its own.</summary>
    public int? ConcurrentRunsPerTenant { get; init; }

    /// <summary>How many runs wait in memory for their turn.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>How many runs that nobody waits for are stored for later once the queue is full.</summary>
    public int StoredBacklog { get; init; } = 100_000;

    /// <summary>How often a run is gone on with after its process has died and nothing more of it was stored, before it fails: it may be what kills the process.</summary>
    public int MostTakeovers { get; init; } = 3;

    /// <summary>Bytes from which an event's data goes to the object store.</summary>
    public int PayloadThreshold { get; init; } = 1 << 20;

    public RetentionLimits Retention { get; init; } = RetentionLimits.Default;

    /// <summary>How often retention is enforced.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What the engine has to do right now.</summary>
/// <param name="Active">Runs under way.</param>
/// <param name="Queued">Runs that wait in memory for their turn.</param>
/// <param name="Stored">Runs that wait in the store for their turn.</param>
/// <param name="Waiting">Runs that wait for a time or a call.</param>
/// <param name="OldestQueued">When the run that has waited longest for its turn came.</param>
/// <param name="Offered">Runs that wait in the shared database for a worker, at the last beat.</param>
public sealed record EngineLoad(int Active, int Queued, int Stored, int Waiting, DateTimeOffset? OldestQueued, int Offered = 0);
