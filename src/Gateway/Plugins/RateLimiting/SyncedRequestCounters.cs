using Sluice.Gateway.Counters;

namespace Sluice.Gateway.Plugins.RateLimiting;

/// <summary>
/// Counts that are exchanged with Redis every <c>sync_rate</c> seconds instead of for each request: what this node has counted is added there,
/// and what all have counted comes back. Only a caller's first request in a window waits for the server.
/// </summary>
/// <remarks>Between two exchanges no node knows what the others let pass: N nodes let at most N - 1 times what one node gets in that time pass beyond the limit.</remarks>
internal sealed class SyncedRequestCounters : IAsyncDisposable
{
    private const int MostCounts = 500_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(Caller Caller, int Window, uint Number), Count> counts = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly RedisRequestCounters redis;
    private readonly TimeProvider time;
    private readonly Task exchanging;

    public SyncedRequestCounters(RedisRequestCounters redis, TimeSpan interval, TimeProvider time)
    {
        this.redis = redis;
        this.time = time;
        exchanging = Task.Run(() => ExchangeAsync(interval));
    }

    /// <summary>As <see cref="RequestCounters.TryCount"/>.</summary>
    /// <returns>Null when a count is not known yet: <see cref="LearnAsync"/> must come first.</returns>
    public int? TryCount(Caller caller, ReadOnlySpan<Window> windows, ReadOnlySpan<double> limits, long now, Span<uint> before)
    {
        lock (gate)
        {
            var full = -1;
            for (var i = 0; i < windows.Length; i++)
            {
                if (!counts.TryGetValue((caller, windows[i].Index, windows[i].NumberAt(now)), out var count)) return null;
                before[i] = (uint)Math.Clamp(count.Everywhere + count.Here, 0, uint.MaxValue);
                if (before[i] >= limits[i]) full = i;
            }

            if (full >= 0) return full;
            foreach (var window in windows) counts[(caller, window.Index, window.NumberAt(now))].Here++;
            return -1;
        }
    }

    /// <summary>Asks for the counts that are not known yet. While the server is away they begin at nothing.</summary>
    /// <returns>Whether the server answered.</returns>
    public async ValueTask<bool> LearnAsync(Caller caller, string scope, string callerName, Window[] windows, long now)
    {
        var answered = true;
        foreach (var window in windows)
        {
            var place = (caller, window.Index, window.NumberAt(now));
            lock (gate)
                if (counts.ContainsKey(place)) continue;
            var key = window.RedisKey(scope, callerName, now);
            var everywhere = await redis.AddAsync(key, 0, window.SecondsKept).ConfigureAwait(false);
            answered &= everywhere is not null;
            lock (gate)
            {
                // Beyond the bound someone sends made-up callers; theirs and others' counts are learnt again.
                if (counts.Count >= MostCounts) counts.Clear();
                counts.TryAdd(place, new Count(key, window.SecondsKept, now + window.SecondsLeft(now)) { Everywhere = everywhere ?? 0 });
            }
        }

        return answered;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await exchanging.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task ExchangeAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token).ConfigureAwait(false)) await ExchangeOnceAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The last counts must not be lost.
            await ExchangeOnceAsync().ConfigureAwait(false);
        }
    }

    private async Task ExchangeOnceAsync()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        List<(Count Count, long Here)> due = [];
        lock (gate)
        {
            foreach (var (place, count) in counts)
                if (count.Here > 0) due.Add((count, count.Here));
                else if (count.WindowEnd < now) counts.Remove(place);
        }

        // All at once: the connection takes them one after the other without waiting.
        await Task.WhenAll(due.Select(async d =>
        {
            var everywhere = await redis.AddAsync(d.Count.Key, d.Here, d.Count.SecondsKept).ConfigureAwait(false);
            lock (gate)
            {
                if (everywhere is null)
                {
                    if (d.Count.WindowEnd < now) d.Count.Here = 0;
                    return;
                }

                d.Count.Everywhere = everywhere.Value;
                d.Count.Here -= d.Here;
            }
        })).ConfigureAwait(false);
    }

    private sealed class Count(string key, long secondsKept, long windowEnd)
    {
        public string Key { get; } = key;

        public long SecondsKept { get; } = secondsKept;

        public long WindowEnd { get; } = windowEnd;

        /// <summary>What the server said last: the requests of all nodes.</summary>
        public long Everywhere { get; set; }

        /// <summary>Requests here that the server has not been told of.</summary>
        public long Here { get; set; }
    }
}
