using Sluice.Foundation.Storage;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;

namespace Sluice.Workflows.Runs;

/// <content>Runs that nobody waits for, left to whichever worker has room.</content>
public sealed partial class WorkflowEngine
{
    private readonly QueuedRuns? _queued;
    private readonly RunHints? _hints;
    private readonly QueuedRunTaker? _taker;

    // As it was at the last beat.
    private int _backlog;

    /// <summary>Told why workers cannot be told of runs at the moment, and with null that they can: meanwhile they find them by looking.</summary>
    public event Action<string?>? QueueChanged;

    /// <summary>Whether workers are told of runs at the moment.</summary>
    internal bool HasQueue => _hints is { IsConnected: true };

    /// <summary>Stores a run for the workers. It belongs to whoever takes it first.</summary>
    private async ValueTask<Run> LeaveToWorkersAsync(Run run, NodeModel trigger)
    {
        if (_backlog >= _options.StoredBacklog) throw Refuse(run);
        run.Offer(trigger);
        await run.Log!.FlushAsync();
        run.Taken();
        _hints!.Tell(run.Id);
        if (!_hints.IsConnected) _taker?.Look();
        return run;
    }

    /// <summary>Goes on with a run that was taken out of the queue, in the slot that it was taken for.</summary>
    private void BeginClaimed(ClaimedRun claimed) => InBackground(async () =>
    {
        Run? run = null;
        try
        {
            // A second object of one run would write the same history; there can be none, and it is made sure here.
            if (await ReadAsync(claimed.Id) is { Phase: RunPhase.Running } read && _active.TryAdd(claimed.Id, read)) run = read;
        }
        catch (DatabaseException)
        {
            _postponed.Enqueue(new Postponed(claimed.Id));
        }
        finally
        {
            if (run is null) Leave(claimed.Workflow, claimed.Tenant);
        }

        if (run is null) return;
        run.HasSlot = true;
        if (claimed.CancelReason is { } reason) run.Cancel(reason);
        await DriveAsync(run, run.ContinueAsync());
    });
}
