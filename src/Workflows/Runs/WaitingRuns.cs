namespace Sluice.Workflows.Runs;

/// <summary>The runs that wait for a time or a call. Of stored ones only the first thousand are kept in memory; the others are read back when their time comes.</summary>
internal sealed class WaitingRuns : IAsyncDisposable
{
    private const int KeptInMemory = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Parked> _runs = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Id, DateTimeOffset Until), DateTimeOffset> _times = new();
    private readonly TimeProvider _time;
    private readonly Func<string, Run?, Task> _wake;
    private readonly ITimer _timer;
    private int _kept;
    private bool _stopped;

    /// <param name="wake">Goes on with a run whose time has come: its id, and the run where it is in memory.</param>
    public WaitingRuns(TimeProvider time, Func<string, Run?, Task> wake)
    {
        _time = time;
        _wake = wake;
        _timer = time.CreateTimer(static runs => ((WaitingRuns)runs!).WakeDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_lock) return _runs.Count;
        }
    }

    public void Add(Run run)
    {
        lock (_lock)
        {
            var keep = run.Log is null || run.IsAwaited || _kept < KeptInMemory;
            if (keep) _kept++;
            Put(run.Id, new Parked(keep ? run : null, run.State.Waiting!.Min(w => w.Waiting?.Until)));
        }
    }

    /// <summary>A run that the store says is waiting.</summary>
    public void Add(string id, DateTimeOffset? until) => Add(id, new Parked(null, until));

    /// <summary>A run that was taken out and could not be woken.</summary>
    public void Add(string id, Parked parked)
    {
        lock (_lock)
        {
            if (_runs.ContainsKey(id)) return;
            if (parked.Run is not null) _kept++;
            Put(id, parked);
        }
    }

    /// <summary>A run that is in memory; null when it is not, or does not wait.</summary>
    public Run? Find(string id)
    {
        lock (_lock) return _runs.GetValueOrDefault(id)?.Run;
    }

    /// <summary>Takes a run out, for whoever wakes or ends it; null when it does not wait or somebody else was first.</summary>
    public Parked? Remove(string id)
    {
        lock (_lock)
        {
            if (!_runs.Remove(id, out var parked)) return null;
            if (parked.Run is not null) _kept--;
            return parked;
        }
    }

    private void Put(string id, Parked parked)
    {
        _runs[id] = parked;
        if (parked.Until is not { } until) return;
        _times.Enqueue((id, until), until);
        SetTimer();
    }

    private void WakeDue()
    {
        var due = new List<(string Id, Parked Parked)>();
        lock (_lock)
        {
            if (_stopped) return;
            var now = _time.GetUtcNow();
            while (_times.TryPeek(out var next, out var until) && until <= now)
            {
                _times.Dequeue();
                // Woken by a call meanwhile, or waiting for something new.
                if (!_runs.TryGetValue(next.Id, out var parked) || parked.Until != until) continue;
                _runs.Remove(next.Id);
                if (parked.Run is not null) _kept--;
                due.Add((next.Id, parked));
            }

            SetTimer();
        }

        foreach (var (id, parked) in due) _ = _wake(id, parked.Run);
    }

    private void SetTimer()
    {
        if (_stopped || !_times.TryPeek(out _, out var until)) return;
        var delay = until - _time.GetUtcNow();
        _timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Longest ? Longest : delay + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock) _stopped = true;
        return _timer.DisposeAsync();
    }

    /// <param name="Run">The run, where it is in memory.</param>
    /// <param name="Until">When it goes on by itself.</param>
    public sealed record Parked(Run? Run, DateTimeOffset? Until);
}
