namespace Sluice.Workflows.Runs;

/// <summary>
/// Lets a fixed number of runs run at a time, in all, per workflow and per tenant. Who comes later waits in a queue of limited length, in which workflows take
/// turns, and within a workflow its tenants; who finds the queue full is turned away.
/// </summary>
internal sealed class RunQueue(int slots, int length, int? slotsPerTenant)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Workflow> _workflows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tenants = new(StringComparer.Ordinal);
    private readonly LinkedList<Workflow> _turns = new();
    private int _active;
    private int _waiting;

    /// <summary>How many runs are under way.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>How many wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>When the one that has waited longest came; null when none waits.</summary>
    public DateTimeOffset? OldestSince
    {
        get
        {
            lock (_lock) return _turns.SelectMany(w => w.Turns).SelectMany(t => t.Waiters.Take(1)).Select(w => (DateTimeOffset?)w.Since).Min();
        }
    }

    /// <summary>How many slots nobody has.</summary>
    public int Free => Math.Max(0, slots - Active);

    /// <summary>Takes a slot if there is one now. Who waits loses none by it: what they wait for is not free.</summary>
    /// <param name="limit">How many runs of this workflow may be under way at a time.</param>
    public bool TryEnter(string workflow, int? limit, string tenant)
    {
        lock (_lock)
        {
            var lane = _workflows.GetValueOrDefault(workflow);
            if (_active >= slots || lane?.Active >= limit || !TenantHasRoom(tenant)) return false;
            if (lane is null) _workflows[workflow] = lane = new Workflow(workflow);
            lane.Limit = limit ?? int.MaxValue;
            Take(lane, tenant);
            return true;
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <param name="limit">How many runs of this workflow may be under way at a time.</param>
    /// <param name="queue">How many of this workflow may wait.</param>
    /// <param name="always">Never turned away: the run was taken long ago.</param>
    /// <returns>False when the queue is full.</returns>
    public ValueTask<bool> EnterAsync(string workflow, int? limit, int? queue, string tenant, DateTimeOffset now, bool always, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (!_workflows.TryGetValue(workflow, out var lane)) _workflows[workflow] = lane = new Workflow(workflow);
            lane.Limit = limit ?? int.MaxValue;
            if (_waiting == 0 && _active < slots && lane.Active < lane.Limit && TenantHasRoom(tenant))
            {
                Take(lane, tenant);
                return new(true);
            }

            if (!always && (_waiting >= length || lane.Waiting >= (queue ?? length))) return new(false);
            var waiter = new Waiter(now);
            Enqueue(lane, tenant, waiter);
            // Others may wait only for slots of their own workflow or tenant.
            Grant();
            return waiter.Granted.Task.IsCompleted ? new(true) : WaitAsync(lane, tenant, waiter, cancel);
        }
    }

    public void Leave(string workflow, string tenant)
    {
        lock (_lock)
        {
            var lane = _workflows[workflow];
            _active--;
            lane.Active--;
            if (lane.Active == 0 && lane.Waiting == 0) _workflows.Remove(workflow);
            if (tenant.Length > 0 && --_tenants.GetValueRef(tenant) == 0) _tenants.Remove(tenant);
            Grant();
        }
    }

    private async ValueTask<bool> WaitAsync(Workflow lane, string tenant, Waiter waiter, CancellationToken cancel)
    {
        await using var registration = cancel.UnsafeRegister(_ => GiveUp(lane, tenant, waiter, cancel), null);
        return await waiter.Granted.Task;
    }

    private void GiveUp(Workflow lane, string tenant, Waiter waiter, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (lane.Tenants.TryGetValue(tenant, out var own) && own.Waiters.Remove(waiter))
            {
                lane.Waiting--;
                _waiting--;
                Tidy(lane, own);
            }
        }

        waiter.Granted.TrySetCanceled(cancel);
    }

    private void Enqueue(Workflow lane, string tenant, Waiter waiter)
    {
        if (!lane.Tenants.TryGetValue(tenant, out var own))
        {
            lane.Tenants[tenant] = own = new Tenant(tenant);
            lane.Turns.AddLast(own);
        }

        own.Waiters.AddLast(waiter);
        if (lane.Waiting++ == 0) _turns.AddLast(lane);
        _waiting++;
    }

    private void Grant()
    {
        while (_active < slots && _waiting > 0 && GrantOne())
        {
        }
    }

    private bool GrantOne()
    {
        for (var lane = _turns.First; lane is not null; lane = lane.Next)
        {
            if (lane.Value.Active >= lane.Value.Limit) continue;
            for (var own = lane.Value.Turns.First; own is not null; own = own.Next)
            {
                if (!TenantHasRoom(own.Value.Name)) continue;
                var waiter = own.Value.Waiters.First!.Value;
                own.Value.Waiters.RemoveFirst();
                lane.Value.Waiting--;
                _waiting--;
                Take(lane.Value, own.Value.Name);

                // Whoever had a turn goes to the end.
                lane.Value.Turns.Remove(own);
                lane.Value.Turns.AddLast(own);
                _turns.Remove(lane);
                _turns.AddLast(lane);
                Tidy(lane.Value, own.Value);
                if (!waiter.Granted.TrySetResult(true)) Untake(lane.Value, own.Value.Name);
                return true;
            }
        }

        return false;
    }

    private void Tidy(Workflow lane, Tenant own)
    {
        if (own.Waiters.Count == 0)
        {
            lane.Tenants.Remove(own.Name);
            lane.Turns.Remove(own);
        }

        if (lane.Waiting == 0) _turns.Remove(lane);
    }

    private bool TenantHasRoom(string tenant) => slotsPerTenant is null || tenant.Length == 0 || _tenants.GetValueOrDefault(tenant) < slotsPerTenant;

    private void Take(Workflow lane, string tenant)
    {
        _active++;
        lane.Active++;
        if (tenant.Length > 0) _tenants.GetValueRef(tenant)++;
    }

    private void Untake(Workflow lane, string tenant)
    {
        _active--;
        lane.Active--;
        if (tenant.Length > 0) _tenants.GetValueRef(tenant)--;
    }

    private sealed class Workflow(string name)
    {
        public string Name { get; } = name;

        public int Limit { get; set; }

        public int Active { get; set; }

        public int Waiting { get; set; }

        public Dictionary<string, Tenant> Tenants { get; } = new(StringComparer.Ordinal);

        public LinkedList<Tenant> Turns { get; } = new();
    }

    private sealed class Tenant(string name)
    {
        public string Name { get; } = name;

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public TaskCompletionSource<bool> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

file static class Counts
{
    public static ref int GetValueRef(this Dictionary<string, int> counts, string key) =>
        ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
}
