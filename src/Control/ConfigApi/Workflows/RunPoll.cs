using Sluice.Foundation.Storage;
using Sluice.Workflows.History;

namespace Sluice.Control.ConfigApi.Workflows;

/// <summary>
/// What becomes of runs of other nodes, for those who watch here: the store is asked once a second for all of them together, however many they are, and not at all
/// while nobody watches.
/// </summary>
/// <param name="find">How the runs of these ids stand.</param>
/// <param name="changed">The runs of other nodes that began or ended since then; null where there are no other nodes.</param>
/// <param name="tell">Told of each of them once when it has begun (false), and once when it has ended (true).</param>
internal sealed class RunPoll(Func<IReadOnlyList<string>, Task<IReadOnlyList<RunSummary>>> find, Func<DateTimeOffset, Task<IReadOnlyList<RunSummary>>>? changed, Action<RunSummary, bool> tell, TimeProvider time)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private const int AtOnce = 500;

    /// <summary>How far clocks may differ, and how long a commit may take, before something is not told.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Watched> _runs = new(StringComparer.Ordinal);
    private int _watchingAll;
    private bool _polls;

    /// <summary>Asks about a run until the returned object is disposed of.</summary>
    public Watching Watch(string id)
    {
        lock (_lock)
        {
            if (!_runs.TryGetValue(id, out var run)) _runs[id] = run = new Watched(id);
            run.Watchers++;
            Start();
            return new Watching(this, run);
        }
    }

    /// <summary>Asks about every run of other nodes until the returned object is disposed of.</summary>
    public IDisposable WatchAll()
    {
        lock (_lock)
        {
            _watchingAll++;
            if (changed is not null) Start();
            return new Watching(this, null);
        }
    }

    private void Start()
    {
        if (_polls) return;
        _polls = true;
        _ = Task.Run(PollAsync);
    }

    private async Task PollAsync()
    {
        try
        {
            var (since, told) = (time.GetUtcNow(), (HashSet<(string, bool)>?)null);
            while (Wanted() is var (ids, all))
            {
                try
                {
                    foreach (var some in ids.Chunk(AtOnce)) Note(await find(some));
                    if (all && changed is not null)
                    {
                        var now = time.GetUtcNow();
                        told = Tell(await changed(since - Overlap), since - Overlap, told);
                        since = now;
                    }
                    else told = null;
                }
                catch (DatabaseException)
                {
                    // It is asked again.
                }

                await Task.Delay(Every, time);
            }
        }
        catch
        {
            lock (_lock) _polls = false;
            throw;
        }
    }

    private (IReadOnlyList<string> Ids, bool All)? Wanted()
    {
        lock (_lock)
        {
            if (_runs.Count > 0 || (_watchingAll > 0 && changed is not null)) return ([.. _runs.Keys], _watchingAll > 0);
            // Within the lock, so that whoever comes next starts anew.
            _polls = false;
            return null;
        }
    }

    private void Note(IReadOnlyList<RunSummary> found)
    {
        lock (_lock)
            foreach (var run in found)
                if (_runs.TryGetValue(run.Id, out var watched)) watched.Standing = run;
    }

    /// <param name="told">What was told last time; null for the first, which only says what is old.</param>
    private HashSet<(string, bool)> Tell(IReadOnlyList<RunSummary> runs, DateTimeOffset since, HashSet<(string, bool)>? told)
    {
        var seen = new HashSet<(string, bool)>();
        foreach (var run in runs)
        {
            if (run.StartedAt >= since) Once(run, ended: false);
            if (run.EndedAt is not null) Once(run, ended: true);
        }

        return seen;

        void Once(RunSummary run, bool ended)
        {
            if (seen.Add((run.Id, ended)) && told?.Contains((run.Id, ended)) == false) tell(run, ended);
        }
    }

    private void Leave(Watched? run)
    {
        lock (_lock)
        {
            if (run is null) _watchingAll--;
            else if (--run.Watchers == 0) _runs.Remove(run.Id);
        }
    }

    internal sealed class Watched(string id)
    {
        public string Id { get; } = id;

        public int Watchers { get; set; }

        public RunSummary? Standing { get; set; }
    }

    /// <summary>Somebody who watches.</summary>
    internal sealed class Watching(RunPoll poll, Watched? run) : IDisposable
    {
        private int _left;

        /// <summary>How the run stood when the store was last asked; null before that, and where it is not stored.</summary>
        public RunSummary? Standing
        {
            get { lock (poll._lock) return run?.Standing; }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) poll.Leave(run);
        }
    }
}
