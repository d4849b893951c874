using Sluice.Foundation.Storage;
using Sluice.Workflows.History;

namespace Sluice.Workflows.Runs;

/// <content>Which stored runs are this process's: claiming those of nobody, staying an owner, leaving; and how long the ended ones are kept.</content>
public sealed partial class WorkflowEngine
{
    /// <summary>Makes the runs that belong to nobody this process's, as far as there are some.</summary>
    private async Task ClaimAsync(CancellationToken cancel)
    {
        IReadOnlyList<LeftRun> claimed;
        do
        {
            claimed = await _ownership!.ClaimAsync(cancel);
            foreach (var run in claimed)
            {
                if (run.Phase == RunPhase.Waiting) _waiting.Add(run.Id, run.Until);
                else if (run.Deaths > 0) _suspects.Enqueue(new Postponed(run.Id, IsLeft: true));
                else _postponed.Enqueue(new Postponed(run.Id, IsLeft: true));
            }

            TakeFromStore();
            TakeSuspects();
        }
        while (claimed.Count > 0);
    }

    /// <summary>Says that this process lives, and looks for runs of those that do not any more.</summary>
    private async Task KeepOwningAsync()
    {
        // Whoever was silent for long may not say of others that they are.
        var heardOf = 0;
        try
        {
            while (true)
            {
                await Task.Delay(RunOwnership.Beat, Time, _stop.Token);
                try
                {
                    var begun = Time.GetTimestamp();
                    var owner = _ownership!.Id;
                    if (!await _ownership.BeatAsync(_stop.Token)) await StartAnewAsync(new RunsTakenException(owner));
                    heardOf = Time.GetElapsedTime(begun) < RunOwnership.Beat ? heardOf + 1 : 0;
                    if (heardOf >= RunOwnership.DeadAfter / RunOwnership.Beat) await _ownership.ForgetDeadAsync(_stop.Token);
                    if (_options.TakesOver) await ClaimAsync(_stop.Token);
                    _backlog = await _queued!.CountAsync(_options.StoredBacklog, _stop.Token);
                    foreach (var (id, reason) in await _ownership.ToCancelAsync(_stop.Token))
                        if (_active.TryGetValue(id, out var run)) run.Cancel(reason);
                }
                catch (DatabaseException)
                {
                    heardOf = 0;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends.
        }
    }

    /// <summary>This process was taken for dead: what it runs is others' now, and it begins again as a new owner.</summary>
    private async Task StartAnewAsync(RunsTakenException taken)
    {
        await _anew.WaitAsync(_stop.Token);
        try
        {
            if (!string.Equals(taken.Owner, _ownership!.Id, StringComparison.Ordinal)) return;
            foreach (var run in _active.Values.Where(r => r.Log is not null))
            {
                run.Abandon(taken);
                _active.TryRemove(KeyValuePair.Create(run.Id, run));
            }

            await _ownership.RegisterAsync(_stop.Token);
        }
        finally
        {
            _anew.Release();
        }
    }

    /// <summary>Nothing more is stored here: whoever is there may go on with these runs at once.</summary>
    private async Task LeaveAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        try
        {
            await _ownership!.LeaveAsync(limit.Token);
        }
        catch (Exception e) when (e is DatabaseException or OperationCanceledException)
        {
            // The others will notice.
        }
    }

    private async Task EnforceRetentionAsync(Database database)
    {
        var retention = new Retention(database, _options.Services.Objects, _options.Retention, Time);
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    await retention.EnforceAsync(RetentionAges(), _stop.Token);
                }
                catch (DatabaseException)
                {
                    // The next time, then.
                }

                await Task.Delay(_options.RetentionInterval, Time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Dictionary<string, TimeSpan> RetentionAges() =>
        _workflows.Values.Where(w => w.Settings.RetentionDays is not null).ToDictionary(w => w.Name, w => TimeSpan.FromDays(w.Settings.RetentionDays!.Value), StringComparer.Ordinal);
}
