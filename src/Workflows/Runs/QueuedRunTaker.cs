using Sluice.Foundation.Storage;
using Sluice.Workflows.History;

namespace Sluice.Workflows.Runs;

/// <summary>
/// Takes runs out of the shared database as far as this process has room for them: workflows take turns, and within a workflow its tenants. It looks when it is told that
/// there are some, when a slot gets free while more wait, and now and then: what nobody tells of is found, too.
/// </summary>
/// <param name="hints">What tells of runs; null where nothing does.</param>
/// <param name="limitOf">How many runs of a workflow may be under way here; null for no limit of its own.</param>
/// <param name="begin">Runs a run that was taken, in the slot that was taken for it.</param>
internal sealed class QueuedRunTaker(QueuedRuns store, RunQueue slots, RunHints? hints, Func<string, int?> limitOf, Action<ClaimedRun> begin) : IAsyncDisposable
{
    /// <summary>How often it looks while nothing tells of runs that should.</summary>
    private static readonly TimeSpan WithoutHints = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>How many runs are taken at once.</summary>
    private const int Most = 256;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Dictionary<string, string> _lastTenants = new(StringComparer.Ordinal);
    private string _lastWorkflow = "";
    private volatile bool _more;
    private int _signalled;
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>There may be runs to take.</summary>
    public void Look()
    {
        if (Interlocked.Exchange(ref _signalled, 1) == 0) _signal.Release();
    }

    /// <summary>There is room again.</summary>
    public void SlotFreed()
    {
        if (_more) Look();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _signal.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var told = await _signal.WaitAsync(hints is { IsConnected: false } ? WithoutHints : RunOwnership.Beat, _stop.Token);
                Volatile.Write(ref _signalled, 0);
                try
                {
                    var received = hints?.Received ?? 0;
                    var taken = await TakeAsync();
                    // What is older than a beat tells nothing any more: whoever has room has looked since.
                    hints?.Done(told && _more ? Math.Min(taken, received) : received);
                }
                catch (DatabaseException)
                {
                    await Task.Delay(AfterFailure, TimeProvider.System, _stop.Token);
                    Look();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends. What was taken and not begun goes to the others with everything else that is its.
        }
    }

    /// <returns>How many runs it took.</returns>
    private async Task<int> TakeAsync()
    {
        // Whoever leaves a slot from now on is to say so.
        _more = true;
        var room = Math.Min(slots.Free, Most);
        if (room == 0) return 0;
        // One more than there is room for tells that there are more.
        var lanes = await store.LanesAsync(room + 1, _stop.Token);
        var (shares, all) = Share(lanes, room);
        IReadOnlyList<ClaimedRun> claimed = [];
        try
        {
            if (shares.Count > 0) claimed = await store.ClaimAsync(shares, _stop.Token);
        }
        finally
        {
            Leave(shares, claimed);
        }

        foreach (var run in claimed) begin(run);
        _more = !all;
        // So many at once are taken that there may be room for further ones.
        if (room == Most && !all) Look();
        return claimed.Count;
    }

    /// <summary>Gives each lane its share of the room, and takes the slots.</summary>
    /// <returns>The shares, and whether all that wait are in them.</returns>
    private (IReadOnlyList<QueuedLane> Shares, bool All) Share(IReadOnlyList<QueuedLane> lanes, int room)
    {
        var workflows = Turns(lanes.GroupBy(l => l.Workflow, StringComparer.Ordinal).Select(w => (Name: w.Key, Tenants: w.ToList())).ToList(), w => w.Name, _lastWorkflow);
        foreach (var gone in _lastTenants.Keys.Except(workflows.Select(w => w.Name), StringComparer.Ordinal).ToList()) _lastTenants.Remove(gone);
        var waiting = workflows.Select(w => (w.Name, Limit: limitOf(w.Name), Tenants: new Queue<QueuedLane>(Turns(w.Tenants, t => t.Tenant, _lastTenants.GetValueOrDefault(w.Name, ""))))).ToList();
        var shares = new Dictionary<(string, string), int>();
        for (var any = true; any && room > 0;)
        {
            any = false;
            foreach (var (workflow, limit, tenants) in waiting)
            {
                if (room == 0) break;
                if (!TakeTurn(workflow, limit, tenants, shares)) continue;
                any = true;
                room--;
                _lastWorkflow = workflow;
            }
        }

        return ([.. shares.Select(s => new QueuedLane(s.Key.Item1, s.Key.Item2, s.Value))], waiting.TrueForAll(w => w.Tenants.Count == 0));
    }

    /// <summary>Takes a slot for the next tenant of a workflow that may have one.</summary>
    private bool TakeTurn(string workflow, int? limit, Queue<QueuedLane> tenants, Dictionary<(string Workflow, string Tenant), int> shares)
    {
        for (var i = tenants.Count; i > 0; i--)
        {
            var lane = tenants.Dequeue();
            var isTaken = slots.TryEnter(workflow, limit, lane.Tenant);
            if (isTaken)
            {
                shares[(workflow, lane.Tenant)] = shares.GetValueOrDefault((workflow, lane.Tenant)) + 1;
                _lastTenants[workflow] = lane.Tenant;
                lane = lane with { Count = lane.Count - 1 };
            }

            if (lane.Count > 0) tenants.Enqueue(lane);
            if (isTaken) return true;
        }

        return false;
    }

    /// <summary>In the order of their names, beginning behind the one that had the last turn.</summary>
    private static List<T> Turns<T>(List<T> those, Func<T, string> name, string last) =>
        [.. those.OrderBy(t => string.CompareOrdinal(name(t), last) <= 0).ThenBy(name, StringComparer.Ordinal)];

    /// <summary>Gives back the slots of runs that others were quicker to take.</summary>
    private void Leave(IReadOnlyList<QueuedLane> shares, IReadOnlyList<ClaimedRun> claimed)
    {
        var got = claimed.CountBy(c => (c.Workflow, c.Tenant)).ToDictionary();
        foreach (var share in shares)
            for (var i = got.GetValueOrDefault((share.Workflow, share.Tenant)); i < share.Count; i++) slots.Leave(share.Workflow, share.Tenant);
    }
}
