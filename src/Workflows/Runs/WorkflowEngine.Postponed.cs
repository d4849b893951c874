using System.Collections.Concurrent;
using Sluice.Foundation.Storage;

namespace Sluice.Workflows.Runs;

/// <content>
/// Stored runs that wait for room: too many at once, or left by a process that ended. What kills the process that runs it is gone on with only so often; what has been under way
/// when a process died is suspected of it, and gone on with one by one, so that what only ran beside it does not fail with it.
/// </content>
public sealed partial class WorkflowEngine
{
    /// <summary>How many runs are counted as taken over in one transaction.</summary>
    private const int CountedAtOnce = 50;

    /// <summary>How long a suspect that does not get on keeps the next one waiting.</summary>
    private static readonly TimeSpan LongestAlone = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<Postponed> _postponed = new();
    private readonly ConcurrentQueue<Postponed> _suspects = new();
    private int _taking;
    private int _takingSuspects;
    private volatile Suspect? _alone;

    /// <summary>Fills the queue with runs that wait in the store.</summary>
    private void TakeFromStore()
    {
        if (_postponed.IsEmpty || Interlocked.Exchange(ref _taking, 1) == 1) return;
        InBackground(async () =>
        {
            try
            {
                while (!_stop.IsCancellationRequested && _queue.Waiting <= _options.QueueLength / 2 && Next() is { Count: > 0 } next) await TakeFromStoreAsync(next);
            }
            finally
            {
                Volatile.Write(ref _taking, 0);
            }

            // A run may have ended, and another been put off, since the loop looked.
            if (_queue.Waiting <= _options.QueueLength / 2 && !_stop.IsCancellationRequested) TakeFromStore();
        });

        List<Postponed> Next()
        {
            var next = new List<Postponed>();
            while (next.Count < CountedAtOnce && _postponed.TryDequeue(out var one)) next.Add(one);
            return next;
        }
    }

    private async Task TakeFromStoreAsync(IReadOnlyList<Postponed> next)
    {
        var done = 0;
        try
        {
            next = await CountAsync(next);
            for (; done < next.Count; done++) await BeginPostponedAsync(next[done]);
        }
        catch (DatabaseException)
        {
            foreach (var one in next.Skip(done)) _postponed.Enqueue(one);
            await Task.Delay(AfterFailure, Time, _stop.Token);
        }
    }

    /// <summary>Goes on with runs that were under way when a process died, each when the one before has got on.</summary>
    private void TakeSuspects()
    {
        if (_suspects.IsEmpty || Interlocked.Exchange(ref _takingSuspects, 1) == 1) return;
        InBackground(async () =>
        {
            try
            {
                while (!_stop.IsCancellationRequested && _suspects.TryDequeue(out var suspect))
                {
                    try
                    {
                        suspect = (await CountAsync([suspect]))[0];
                        await BeginPostponedAsync(suspect, isAlone: true);
                        if (_alone is { } alone) await Task.WhenAny(alone.GotOn.Task, Task.Delay(LongestAlone, Time, _stop.Token));
                    }
                    catch (DatabaseException)
                    {
                        _suspects.Enqueue(suspect);
                        await Task.Delay(AfterFailure, Time, _stop.Token);
                    }
                    finally
                    {
                        _alone = null;
                    }
                }
            }
            finally
            {
                Volatile.Write(ref _takingSuspects, 0);
            }

            if (!_stop.IsCancellationRequested) TakeSuspects();
        });
    }

    /// <summary>Notes that they are gone on with, before anything of them is read: that, too, may be what a process dies of.</summary>
    private async ValueTask<IReadOnlyList<Postponed>> CountAsync(IReadOnlyList<Postponed> runs)
    {
        var left = runs.Where(r => r.IsLeft).Select(r => r.Id).ToList();
        if (left.Count == 0) return runs;
        var deaths = await _ownership!.CountAsync(left, _stop.Token);
        return [.. runs.Select(r => r.IsLeft ? new Postponed(r.Id, Deaths: deaths.GetValueOrDefault(r.Id)) : r)];
    }

    private async Task BeginPostponedAsync(Postponed postponed, bool isAlone = false)
    {
        var (id, deaths) = (postponed.Id, postponed.Deaths);
        var isGivenUp = deaths > _options.MostTakeovers;
        // Where not even that it is given up could be stored, it is its history that cannot be read.
        if (_active.ContainsKey(id) || await ReadAsync(id, blind: deaths > _options.MostTakeovers + 1) is not { } run) return;
        if (run.IsOver) return;
        // Taken to be woken by a process that died before it was.
        if (run.Phase == RunPhase.Waiting && !isGivenUp) await PutBackAsync(run);
        if ((run.Phase != RunPhase.Running && !isGivenUp) || !_active.TryAdd(id, run)) return;
        try
        {
            if ((await History!.FindAsync(id))?.CancelReason is { } reason) run.Cancel(reason);
            if (isGivenUp)
                foreach (var called in await History.OpenBelowAsync(id, _stop.Token))
                    if ((await ReadAsync(called) ?? await ReadAsync(called, blind: true)) is { } below) await below.GiveUpAsync(deaths);
        }
        catch (DatabaseException)
        {
            _active.TryRemove(id, out _);
            throw;
        }

        var alone = isAlone ? _alone = new Suspect(run) : null;
        var entered = EnterAsync(run, always: true, _stop.Token);
        InBackground(async () =>
        {
            try
            {
                await entered;
                await DriveAsync(Activate(run), isGivenUp ? run.GiveUpAsync(deaths) : run.ContinueAsync());
            }
            finally
            {
                alone?.GotOn.TrySetResult();
            }
        });
    }

    /// <summary>A stored run that waits for room.</summary>
    /// <param name="IsLeft">Whether it was left by a process that ended, and is not counted as taken over yet.</param>
    /// <param name="Deaths">How often its process has ended since it last got on.</param>
    private readonly record struct Postponed(string Id, bool IsLeft = false, int Deaths = 0);

    private sealed class Suspect(Run run)
    {
        public Run Run { get; } = run;

        /// <summary>Ends when something of it has ended.</summary>
        public TaskCompletionSource GotOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
