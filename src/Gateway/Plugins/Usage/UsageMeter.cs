using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Usage;

/// <summary>
/// Counts calls in memory, and adds the counts to the store once a second, many calls in one commit: no request waits for it. While the store is away the counts
/// are kept; the rest is added when this is disposed of. A process that is killed loses what came since the last commit.
/// </summary>
public sealed partial class UsageMeter : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Key, Counter> counters = new();
    private readonly UsageStore store;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim adding = new(1);
    private readonly Lock starting = new();
    private Task running = Task.CompletedTask;
    private bool isStarted;
    private bool isPrepared;
    private bool isAway;

    public UsageMeter(UsageStore store, TimeProvider time, ILogger log)
    {
        this.store = store;
        this.time = time;
        this.log = log;
    }

    /// <summary>Begins to store, if that has not begun: somebody counts.</summary>
    public void Start()
    {
        lock (starting)
        {
            if (isStarted) return;
            isStarted = true;
            running = Task.Run(RunAsync);
        }
    }

    /// <summary>Counts a call. Allocates only for the first one of a consumer on a route in an hour.</summary>
    /// <param name="consumer">Who called.</param>
    /// <param name="route">What was called.</param>
    /// <param name="failed">Whether it brought the caller nothing.</param>
    /// <param name="bytes">Of the response's body.</param>
    public void Count(ConsumerModel consumer, RouteModel route, bool failed, long bytes)
    {
        var key = new Key(consumer.Config.Id, route.Config.Id, time.GetUtcNow().Ticks / TimeSpan.TicksPerHour);
        if (!counters.TryGetValue(key, out var counter))
            counter = counters.GetOrAdd(key, new Counter(consumer.Config.Username ?? consumer.Config.CustomId ?? consumer.IdText, route.Label));
        Interlocked.Increment(ref counter.Calls);
        if (failed) Interlocked.Increment(ref counter.Failed);
        if (bytes > 0) Interlocked.Add(ref counter.Bytes, bytes);
    }

    /// <summary>Adds what was counted to the store now.</summary>
    /// <returns>Whether the store took it.</returns>
    public async Task<bool> FlushAsync()
    {
        await adding.WaitAsync();
        var taken = new List<(UsageCount Count, Counter Counter)>();
        try
        {
            var hour = time.GetUtcNow().Ticks / TimeSpan.TicksPerHour;
            foreach (var (key, counter) in counters)
            {
                var count = new UsageCount(
                    key.Consumer, counter.Consumer, counter.Route, new DateTimeOffset(key.Hour * TimeSpan.TicksPerHour, TimeSpan.Zero),
                    Interlocked.Exchange(ref counter.Calls, 0), Interlocked.Exchange(ref counter.Failed, 0), Interlocked.Exchange(ref counter.Bytes, 0));
                if (count is not { Calls: 0, Failed: 0, Bytes: 0 }) taken.Add((count, counter));

                // Nobody counts for an hour that has been over for one.
                else if (key.Hour < hour - 1) counters.TryRemove(key, out _);
            }

            // Once with nothing, too: whoever reads the store before the first call finds it empty, and not missing.
            if (taken.Count > 0 || !isPrepared) await store.AddAsync([.. taken.Select(t => t.Count)]);
            isPrepared = true;
            if (isAway) LogBack();
            isAway = false;
            return true;
        }
        catch (IOException e)
        {
            foreach (var (count, counter) in taken)
            {
                Interlocked.Add(ref counter.Calls, count.Calls);
                Interlocked.Add(ref counter.Failed, count.Failed);
                Interlocked.Add(ref counter.Bytes, count.Bytes);
            }

            if (!isAway) LogAway(e.Message);
            isAway = true;
            return false;
        }
        finally
        {
            adding.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        if (isStarted && !await FlushAsync()) LogLost(counters.Values.Sum(c => c.Calls));
        stopping.Dispose();
        adding.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await FlushAsync().ConfigureAwait(false);
                await Task.Delay(Interval, time, stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end; what is left is added there.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "usage cannot be stored and is kept in memory: {Why}")]
    private partial void LogAway(string why);

    [LoggerMessage(2, LogLevel.Information, "usage is stored again")]
    private partial void LogBack();

    [LoggerMessage(3, LogLevel.Error, "{Calls} calls were counted and could not be stored")]
    private partial void LogLost(long calls);

    private readonly record struct Key(Guid Consumer, Guid Route, long Hour);

    private sealed class Counter(string consumer, string route)
    {
        public readonly string Consumer = consumer;
        public readonly string Route = route;
        public long Calls;
        public long Failed;
        public long Bytes;
    }
}
