using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>How entries wait, are put together and sent again. Seconds.</summary>
internal sealed record QueueConfig
{
    /// <summary>How many entries go into one request: more than one make an array.</summary>
    [Between(1, 1_000_000)]
    public int MaxBatchSize { get; init; } = 1;

    /// <summary>How long the first entry of a batch waits for others.</summary>
    [Between(0, 3600)]
    public double MaxCoalescingDelay { get; init; } = 1;

    /// <summary>How many entries may wait; the oldest are dropped for new ones.</summary>
    [Between(1, 1_000_000)]
    public int MaxEntries { get; init; } = 10000;

    /// <summary>How many bytes may wait; 64 MiB when absent.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>How long a batch is tried again before it is dropped; not at all when negative.</summary>
    public double MaxRetryTime { get; init; } = 60;

    /// <summary>How long the first retry waits; each further one twice as long.</summary>
    [Between(0.001, 1_000_000)]
    public double InitialRetryDelay { get; init; } = 0.01;

    /// <summary>The longest wait between two retries.</summary>
    [Between(0.001, 1_000_000)]
    public double MaxRetryDelay { get; init; } = 60;

    /// <summary>Kong: how many batches may be under way, 1 or -1 for any number.</summary>
    [OneOfNumbers(-1, 1), NoEffect("Sluice sends one batch at a time")]
    public int ConcurrencyLimit { get; init; } = 1;

    /// <summary>The same for a <see cref="BatchQueue"/>.</summary>
    /// <param name="oldSize">The plugin's older <c>queue_size</c>; counts where it is more than 1.</param>
    /// <param name="oldDelay">The plugin's older <c>flush_timeout</c>; counts where it is given.</param>
    public BatchQueueSettings Settings(int? oldSize = null, double? oldDelay = null) => new()
    {
        MaxBatchSize = oldSize is > 1 ? oldSize.Value : MaxBatchSize,
        MaxCoalescingDelay = Seconds(oldDelay ?? MaxCoalescingDelay),
        MaxEntries = MaxEntries,
        MaxBytes = MaxBytes ?? new BatchQueueSettings().MaxBytes,
        MaxRetryTime = Seconds(MaxRetryTime),
        InitialRetryDelay = Seconds(InitialRetryDelay),
        MaxRetryDelay = Seconds(MaxRetryDelay),
    };

    /// <summary>Timers take no more than some weeks, and Kong's schema sets no bounds to these.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, -1, 1_000_000));
}
