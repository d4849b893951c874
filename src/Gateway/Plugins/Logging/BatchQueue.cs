using Microsoft.Extensions.Logging;
using Sluice.Gateway.Telemetry;

namespace Sluice.Gateway.Plugins.Logging;

/// <summary>How a <see cref="BatchQueue"/> works; Kong's <c>queue</c> settings.</summary>
internal sealed record BatchQueueSettings
{
    public int MaxBatchSize { get; init; } = 1;

    public TimeSpan MaxCoalescingDelay { get; init; } = TimeSpan.FromSeconds(1);

    public int MaxEntries { get; init; } = 10000;

    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Negative for no retries.</summary>
    public TimeSpan MaxRetryTime { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan InitialRetryDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Entries on their way to somewhere that may be slow or away. Adding copies and returns; a task of the thread pool sends batches, one at a
/// time, and tries again with growing delays. When too many wait, the oldest are dropped and counted.
/// </summary>
internal sealed partial class BatchQueue : IAsyncDisposable, IMetricsSource
{
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(5);

    /// <summary>A target that is away is told of once in this time, however many entries it costs.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10);

    private readonly string name;
    private readonly BatchQueueSettings settings;
    private readonly Func<IReadOnlyList<byte[]>, CancellationToken, Task<string?>> send;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly Queue<byte[]> entries = new();
    private readonly SemaphoreSlim added = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;
    private long bytes;
    private long dropped;
    private bool closed;
    private long? complainedAt;
    private long lostSince;

    /// <param name="name">For the log.</param>
    /// <param name="settings">How it works.</param>
    /// <param name="send">Sends a batch; what it returns is why that failed, or null. It does not throw but on cancellation.</param>
    /// <param name="time">For delays.</param>
    /// <param name="log">Told when entries are dropped.</param>
    public BatchQueue(
        string name, BatchQueueSettings settings, Func<IReadOnlyList<byte[]>, CancellationToken, Task<string?>> send, TimeProvider time, ILogger log)
    {
        this.name = name;
        this.settings = settings;
        this.send = send;
        this.time = time;
        this.log = log;
        running = Task.Run(RunAsync);
    }

    /// <summary>What the batches go to, disposed of with the queue.</summary>
    public IDisposable? Target { get; init; }

    /// <summary>Entries dropped because too many were waiting or they could not be sent.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <inheritdoc/>
    public void WriteTo(PrometheusText text, Snapshot.GatewayRuntime runtime) => LogDrops.Write(text, name, Dropped);

    public void Add(ReadOnlySpan<byte> entry)
    {
        var copy = entry.ToArray();
        lock (gate)
        {
            if (closed || copy.Length > settings.MaxBytes)
            {
                dropped++;
                return;
            }

            while (entries.Count >= settings.MaxEntries || bytes + copy.Length > settings.MaxBytes)
            {
                bytes -= entries.Dequeue().Length;
                dropped++;
            }

            entries.Enqueue(copy);
            bytes += copy.Length;

            // The task looks again when there is something at all and when a batch is full.
            if (entries.Count != 1 && entries.Count != settings.MaxBatchSize) return;
        }

        added.Release();
    }

    /// <summary>Sends what is waiting, for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate) closed = true;
        added.Release();
        stopping.CancelAfter(ClosingTime);
        await running;
        stopping.Dispose();
        added.Dispose();
        Target?.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await HasEntriesAsync())
            {
                await CoalesceAsync();
                var batch = Take();
                if (batch.Count > 0) await SendAsync(batch);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing took too long; what is left is lost and was counted by nobody.
        }
    }

    /// <summary>Waits for an entry; false when there will be none.</summary>
    private async Task<bool> HasEntriesAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (entries.Count > 0) return true;
                if (closed) return false;
            }

            await added.WaitAsync(stopping.Token);
        }
    }

    private async Task CoalesceAsync()
    {
        if (settings.MaxBatchSize == 1 || settings.MaxCoalescingDelay <= TimeSpan.Zero) return;
        using var enough = new CancellationTokenSource(settings.MaxCoalescingDelay, time);
        while (!IsFull())
        {
            try
            {
                await added.WaitAsync(enough.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private bool IsFull()
    {
        lock (gate) return closed || entries.Count >= settings.MaxBatchSize;
    }

    private List<byte[]> Take()
    {
        lock (gate)
        {
            var batch = new List<byte[]>(Math.Min(settings.MaxBatchSize, entries.Count));
            while (batch.Count < settings.MaxBatchSize && entries.TryDequeue(out var entry))
            {
                bytes -= entry.Length;
                batch.Add(entry);
            }

            return batch;
        }
    }

    private async Task SendAsync(List<byte[]> batch)
    {
        var began = time.GetTimestamp();
        var delay = settings.InitialRetryDelay;
        while (await send(batch, stopping.Token) is { } failure)
        {
            var givenUp = time.GetElapsedTime(began) + delay > settings.MaxRetryTime;
            if (givenUp)
            {
                Interlocked.Add(ref dropped, batch.Count);
                lostSince += batch.Count;
            }

            Complain(failure);
            if (givenUp) return;

            await Task.Delay(delay, time, stopping.Token);
            delay = delay * 2 < settings.MaxRetryDelay ? delay * 2 : settings.MaxRetryDelay;
        }
    }

    private void Complain(string failure)
    {
        if (complainedAt is { } before && time.GetElapsedTime(before) < QuietTime) return;
        complainedAt = time.GetTimestamp();
        if (lostSince > 0) LogDropped(log, name, lostSince, failure);
        else LogFailure(log, name, failure);
        lostSince = 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: entries cannot be sent and wait: {Reason}")]
    private static partial void LogFailure(ILogger log, string name, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Name}: entries could not be sent and are dropped ({Count}): {Reason}")]
    private static partial void LogDropped(ILogger log, string name, long count, string reason);
}
