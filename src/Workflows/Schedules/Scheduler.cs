using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Nodes.Schedule;

namespace Sluice.Workflows.Schedules;

/// <summary>
/// Begins the runs of schedules when their times come. What it knows of a schedule survives new configurations that leave the schedule as it is, so that no time
/// begins two runs. Without schedules it does nothing at all.
/// </summary>
/// <param name="store">Where the times are noted that were dealt with; null where there is no database.</param>
/// <param name="begin">Begins a run for a time, and takes the time with the commit that stores the run, if it is one that is stored.</param>
/// <param name="failed">Told of a time that began no run, and why.</param>
internal sealed class Scheduler(
    TimeProvider time, ScheduleStore? store, Func<WorkflowModel, NodeModel, DateTimeOffset, Task> begin, Action<WorkflowModel, NodeModel, DateTimeOffset, string> failed) : IAsyncDisposable
{
    /// <summary>A time that is longer ago was missed. Clocks are looked at as often, in case they were set.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan[] Windows = [Tolerance, TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(40), TimeSpan.FromDays(1000)];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Dictionary<(string Workflow, string Node), Entry> _entries = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    /// <summary>When which schedule is due next.</summary>
    public IReadOnlyDictionary<(string Workflow, string Node), DateTimeOffset?> Next
    {
        get
        {
            lock (_gate) return _entries.ToDictionary(e => e.Key, e => e.Value.Progress.Next);
        }
    }

    /// <summary>Makes the schedules of these workflows the ones that count.</summary>
    public void Use(IEnumerable<WorkflowModel> workflows)
    {
        lock (_gate)
        {
            var entries = new Dictionary<(string, string), Entry>();
            foreach (var model in workflows)
            {
                foreach (var node in model.Triggers)
                {
                    if (node.Node is not ScheduleNode schedule) continue;
                    var text = $"{schedule.Timetable.Zone.Id} {JsJson.WriteString(node.ParametersAsData)}";
                    var known = _entries.GetValueOrDefault((model.Name, node.Name));
                    if (known is not null && known.Text != text) known = null;

                    // What is new while others run already has missed nothing.
                    entries[(model.Name, node.Name)] = new Entry(model, node, schedule, text, known?.Progress ?? new Progress { IsNew = _running is not null });
                }
            }

            _entries = entries;
            _changed.TrySetResult();
        }
    }

    /// <summary>Begins to look at the clock.</summary>
    public void Start()
    {
        lock (_gate) _running ??= Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        lock (_gate) _changed.TrySetResult();
        if (_running is not null) await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Entry[] entries;
            Task changed;
            lock (_gate)
            {
                // Asked here, because whoever stops this makes the change known only once.
                if (_stop.IsCancellationRequested) return;
                entries = [.. _entries.Values];
                if (_changed.Task.IsCompleted) _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            var next = DateTimeOffset.MaxValue;
            foreach (var entry in entries)
            {
                var when = await LookAsync(entry);
                if (when < next) next = when;
            }

            if (next == DateTimeOffset.MaxValue)
            {
                await changed;
                continue;
            }

            var wait = next - time.GetUtcNow();
            if (wait > Tolerance) wait = Tolerance;
            if (wait <= TimeSpan.Zero) continue;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(changed, Task.Delay(wait, time, enough.Token));
            await enough.CancelAsync();
        }
    }

    /// <summary>Deals with the times of a schedule that have come.</summary>
    /// <returns>When it is to be looked at again.</returns>
    private async ValueTask<DateTimeOffset> LookAsync(Entry entry)
    {
        var now = time.GetUtcNow();
        try
        {
            if (!entry.Progress.IsKnown) await LearnAsync(entry, now);
            if (entry.Progress.Next is { } due && due <= now)
            {
                foreach (var one in Due(entry, due, now))
                    if (await IsOursAsync(entry, one)) await BeginAsync(entry, one);
                entry.Progress.Next = entry.Schedule.Timetable.Next(now);
            }

            return entry.Progress.Next ?? DateTimeOffset.MaxValue;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return DateTimeOffset.MaxValue;
        }
        catch (DatabaseException e)
        {
            failed(entry.Model, entry.Node, entry.Progress.Next ?? now, e.Message);
            return now + RetryAfter;
        }
    }

    private async ValueTask LearnAsync(Entry entry, DateTimeOffset now)
    {
        var last = now;
        if (store is not null)
        {
            last = await store.LastAsync(entry.Model.Name, entry.Node.Name, now, _stop.Token);
            if (entry.Progress.IsNew && last < now)
            {
                await store.TakeAsync(new ScheduledTime(entry.Model.Name, entry.Node.Name, now), _stop.Token);
                last = now;
            }
        }

        entry.Progress.Next = entry.Schedule.Timetable.Next(last);
        entry.Progress.IsKnown = true;
    }

    /// <summary>Whether a run may be begun for a time. One that is stored takes its time by that, so that neither is there without the other; one that is not takes it before.</summary>
    private async ValueTask<bool> IsOursAsync(Entry entry, DateTimeOffset due)
    {
        if (store is null) return true;
        var taken = new ScheduledTime(entry.Model.Name, entry.Node.Name, due);
        return entry.Model.Durable ? await store.IsOpenAsync(taken, _stop.Token) : await store.TakeAsync(taken, _stop.Token);
    }

    private async ValueTask BeginAsync(Entry entry, DateTimeOffset due)
    {
        try
        {
            await begin(entry.Model, entry.Node, due);
        }
#pragma warning disable CA1031 // One schedule that fails must not end the others.
        // The time of a run that could not be stored is open still, and looked at again.
        catch (Exception e) when (!_stop.IsCancellationRequested && !(e is DatabaseException && store is not null && entry.Model.Durable))
        {
            failed(entry.Model, entry.Node, due, e.Message);
        }
#pragma warning restore CA1031
    }

    /// <summary>The times that get a run, the earliest first.</summary>
    private static List<DateTimeOffset> Due(Entry entry, DateTimeOffset first, DateTimeOffset now)
    {
        var parameters = entry.Schedule.Parameters;
        var latest = Latest(entry.Schedule.Timetable, first, now, parameters.MissedRuns == MissedRuns.All ? parameters.MostMissed : 1);
        if (parameters.MissedRuns == MissedRuns.Skip) latest.RemoveAll(t => t < now - Tolerance);
        return latest;
    }

    /// <summary>The latest times from the first to now, so many at most. Long stretches are only gone through when short ones have not enough of them.</summary>
    private static List<DateTimeOffset> Latest(Timetable timetable, DateTimeOffset first, DateTimeOffset now, int count)
    {
        foreach (var window in Windows)
        {
            var isWhole = now - window <= first || window == Windows[^1];
            var found = new Queue<DateTimeOffset>();
            var at = now - window <= first ? first : timetable.Next(now - window);
            for (; at is { } due && due <= now; at = timetable.Next(due))
            {
                found.Enqueue(due);
                if (found.Count > count) found.Dequeue();
            }

            if (isWhole || found.Count == count) return [.. found];
        }

        return [];
    }

    /// <param name="Text">What makes it the same schedule as before.</param>
    /// <param name="Progress">Shared with the entry of a new configuration, where the schedule is the same.</param>
    private sealed record Entry(WorkflowModel Model, NodeModel Node, ScheduleNode Schedule, string Text, Progress Progress);

    private sealed class Progress
    {
        /// <summary>When it is due; null before that is known, and when it is never.</summary>
        public DateTimeOffset? Next { get; set; }

        public bool IsKnown { get; set; }

        /// <summary>Whether it came while others were running.</summary>
        public bool IsNew { get; init; }
    }
}
