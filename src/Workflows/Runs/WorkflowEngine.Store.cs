using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;

namespace Sluice.Workflows.Runs;

/// <content>What the store gives back: runs that wait, that a person decided about, or that are tried again.</content>
public sealed partial class WorkflowEngine
{
    /// <summary>The pause after the database was not there.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _anew = new(1);
    private Task? _keeping;

    /// <summary>
    /// Prepares the tables and goes on with every stored run that is not over: those that wait go on waiting, the others run on from their last stored node.
    /// Called once, after <see cref="Use"/>.
    /// </summary>
    /// <exception cref="DatabaseException">The store does not answer, or was written by a newer program.</exception>
    public async Task StartAsync(CancellationToken cancel = default)
    {
        if (_options.Database is not { } database)
        {
            StartTriggers();
            return;
        }

        await Migrations.RunAsync(database, "workflows", HistorySql.Migrations, Time, cancel);
        await _ownership!.RegisterAsync(cancel);
        var addresses = _options.Services.ResumeAddresses;
        addresses.Key = await _ownership.KeyAsync(addresses.Key, cancel);
        if (_options.TakesOver || !_ownership.IsShared)
        {
            await ClaimAsync(cancel);
            StartTriggers();
        }

        _taker?.Start();
        _hints?.Start();
        _keeping = Task.WhenAll(EnforceRetentionAsync(database), _ownership.IsShared ? KeepOwningAsync() : Task.CompletedTask);
    }

    /// <summary>
    /// Does in the background what <see cref="StartAsync(CancellationToken)"/> could not, once the store answers. Until then runs that are to be stored are refused, and no schedule
    /// begins any; others run.
    /// </summary>
    /// <param name="failure">Why it does not.</param>
    public void StartLater(DatabaseUnavailableException failure)
    {
        _writer!.Refuse(failure);
        InBackground(async () =>
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Time, _stop.Token);
                try
                {
                    await StartAsync(_stop.Token);
                    _writer.Refuse(null);
                    return;
                }
                catch (DatabaseUnavailableException)
                {
                    // Not yet.
                }
            }
        });
    }

    private void StartTriggers()
    {
        _scheduler.Start();
        _listeners.Start();
    }

    /// <summary>What a person decided about a run that stopped at a node of which nobody knows whether it did its work.</summary>
    /// <param name="items">With <see cref="Decision.Skip"/>, what the node is taken to have given.</param>
    /// <returns>False when no such run needs a decision.</returns>
    public async ValueTask<bool> DecideAsync(string id, Decision decision, IReadOnlyList<Item>? items = null)
    {
        if (await LoadAsync(id) is not { Phase: RunPhase.NeedsDecision } run) return false;
        var node = run.State.Running.Find(r => r.Started && !r.Node.Idempotent);
        if (node is null || !_active.TryAdd(id, run)) return false;
        if (!await _ownership!.TakeAsync(id, RunPhase.NeedsDecision, own: false, _stop.Token))
        {
            _active.TryRemove(id, out _);
            return false;
        }

        await EnterAsync(run, always: true, _stop.Token);
        InBackground(() => DriveAsync(run, Activate(run).DecideAsync(node, decision, items)).AsTask());
        return true;
    }

    /// <summary>Whether <see cref="RetryAsync"/> can try it again.</summary>
    public async ValueTask<bool> CanRetryAsync(string id, bool newest = false) => await PrepareRetryAsync(id, newest) is not null;

    /// <summary>Tries a stored run that failed again, from the node that failed: a new run that takes over what the old one did before.</summary>
    /// <param name="newest">With the workflow as it is now, and not as it was then.</param>
    /// <returns>The new run; null when no such run failed, or the workflow of now has not the nodes that the old one ran.</returns>
    /// <exception cref="RunRefusedException">The queue is full, or the store does not answer.</exception>
    public async ValueTask<Run?> RetryAsync(string id, bool newest = false)
    {
        if (await PrepareRetryAsync(id, newest) is not { } run) return null;
        await EnterAsync(run, always: false, _stop.Token);
        InBackground(() => DriveAsync(run, Activate(run).ContinueAsync()).AsTask());
        return run;
    }

    private async ValueTask<Run?> PrepareRetryAsync(string id, bool newest)
    {
        if (History is null || await History.FindAsync(id) is not { Phase: RunPhase.Failed or RunPhase.Cancelled } stored) return null;
        var model = newest ? Newest(stored) : await ModelAsync(stored.Workflow, stored.Version);
        if (model is null) return null;
        var request = new RunRequest { Mode = RunMode.Retry, Tenant = stored.Tenant };
        var run = Make(Guid.CreateVersion7(Time.GetUtcNow()).ToString("N"), model, request, 0, id);
        try
        {
            run.TakeOver((await History.EventsAsync(id, model, _stop.Token)).Events);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }

        return run;
    }

    /// <summary>The workflow of a run as it is now; null when there is none, or its name is another tenant's now.</summary>
    private WorkflowModel? Newest(RunSummary stored) =>
        _workflows.TryGetValue(stored.Workflow, out var model) && string.Equals(TenantOf(model), stored.Tenant, StringComparison.Ordinal) ? model : null;

    /// <summary>A run as its history says; null when there is none, or its document or history cannot be read (they are kept as they are).</summary>
    public async ValueTask<Run?> LoadAsync(string id) => _active.TryGetValue(id, out var active) ? active : await ReadAsync(id);

    /// <summary>A run for looking at: as it is stored, or, when runs of its workflow are not, as it is in memory. Null when there is none or it cannot be read.</summary>
    public async ValueTask<Run?> ShowAsync(string id) => Known(id) is { Log: null } live ? live : await ReadAsync(id);

    /// <summary>A run that is in memory and not over.</summary>
    private Run? Known(string id) => _active.TryGetValue(id, out var active) ? active : _waiting.Find(id);

    /// <param name="blind">Nothing of its history is read.</param>
    private async ValueTask<Run?> ReadAsync(string id, bool blind = false)
    {
        if (History is null || await History.FindAsync(id) is not { } stored) return null;
        var model = await ModelAsync(stored.Workflow, stored.Version);
        if (model is null) return null;
        if (blind)
        {
            var unread = Make(id, model, new RunRequest { Mode = stored.Mode, Tenant = stored.Tenant }, await History.NextNumberAsync(id, _stop.Token), stored.Parent);
            unread.StartedAt = stored.StartedAt;
            return unread;
        }

        try
        {
            var (events, next) = await History.EventsAsync(id, model, _stop.Token);
            var request = new RunRequest { Mode = stored.Mode, Tenant = stored.Tenant, Items = events is [RunStarted first, ..] ? first.Items : [], Method = (events is [RunStarted begun, ..] ? begun : null)?.Method };
            var run = Make(id, model, request, next, stored.Parent);
            foreach (var happened in events) run.Replay(happened);
            return run;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            Unreadable?.Invoke(stored, e.Message);
            return null;
        }
    }

    /// <summary>Told of stored runs that this program cannot read: they stay as they are.</summary>
    public event Action<RunSummary, string>? Unreadable;

    private async ValueTask<WorkflowModel?> ModelAsync(string name, string version)
    {
        if (_workflows.TryGetValue(name, out var current) && string.Equals(current.Definition.Version, version, StringComparison.Ordinal)) return current;
        if (_oldModels.TryGetValue(version, out var known)) return known;
        if (await History!.DocumentAsync(version) is not { } document) return null;
        var problems = new List<Problem>();
        var definition = DefinitionReader.Read($"stored workflow {version}", System.Text.Encoding.UTF8.GetBytes(document), DocumentFormat.Json, problems, name);
        if (definition is null || ModelBuilder.Build(definition, problems).Model is not { } model) return null;
        if (_oldModels.Count > 1000) _oldModels.Clear();
        return _oldModels[version] = model;
    }

    private Task WakeAsync(string id, Run? kept)
    {
        InBackground(async () =>
        {
            Run? run;
            try
            {
                run = await TakeWaitingAsync(id, kept);
            }
            catch (DatabaseException)
            {
                _waiting.Add(id, new WaitingRuns.Parked(kept, Time.GetUtcNow() + AfterFailure));
                return;
            }

            if (run is null) return;
            var now = Time.GetUtcNow();
            var due = run.State.Waiting?.Find(w => w.Waiting?.Until <= now);
            if (due is null)
            {
                if (run.Phase == RunPhase.Waiting) await PutBackAsync(run);
                return;
            }

            await EnterAsync(run, always: true, _stop.Token);
            await DriveAsync(run, Activate(run).ResumeAsync(due, null));
        });
        return Task.CompletedTask;
    }

    /// <summary>Takes a run that waits, for whoever wakes or ends it; null when it does not wait, or somebody else was first.</summary>
    private async ValueTask<Run?> TakeWaitingAsync(string id)
    {
        var parked = _waiting.Remove(id);
        if (parked is null && _ownership is not { IsShared: true }) return null;
        try
        {
            return await TakeWaitingAsync(id, parked?.Run);
        }
        catch (DatabaseException) when (parked is not null)
        {
            _waiting.Add(id, parked);
            throw;
        }
    }

    /// <param name="kept">The run as this process knows it.</param>
    private async ValueTask<Run?> TakeWaitingAsync(string id, Run? kept)
    {
        if (_ownership is not { IsShared: true } shared || kept is { Log: null }) return kept ?? await LoadAsync(id);
        if (kept is not null && await shared.TakeAsync(id, RunPhase.Waiting, own: true, _stop.Token)) return kept;
        if (!await shared.TakeAsync(id, RunPhase.Waiting, own: false, _stop.Token)) return null;
        try
        {
            return await LoadAsync(id);
        }
        catch (DatabaseException)
        {
            // It is this process's now, and waits again as soon as it can be read.
            _postponed.Enqueue(new Postponed(id));
            TakeFromStore();
            throw;
        }
    }

    private async ValueTask PutBackAsync(Run run)
    {
        if (_ownership is not null && run.Log is not null) await _ownership.PutBackAsync(run.Id, _stop.Token);
        _waiting.Add(run);
    }

    private async ValueTask<RunResult> RunSubWorkflowAsync(SubRun sub)
    {
        var caller = sub.Parent.Request.Tenant;
        var (model, tenant) = sub.Inline is { } inline ? (inline, caller) : FindFor(sub.Parent.Model, caller, sub.Workflow) ?? throw new Nodes.NodeException($"there is no workflow '{sub.Workflow}'") { Retryable = false };
        if (!MayCall(sub.Parent.Model, model)) throw new Nodes.NodeException($"the workflow '{model.Name}' may not be called by this one (its setting callerPolicy)") { Retryable = false };
        var trigger = model.Triggers.FirstOrDefault(t => t.Descriptor.Type is "execute-workflow-trigger") ?? model.Triggers.FirstOrDefault()
            ?? throw new Nodes.NodeException($"the workflow '{model.Name}' has no trigger to begin with") { Retryable = false };
        if (Depth(sub.Parent) > 50) throw new Nodes.NodeException("workflows call each other more than 50 deep: does one call itself?") { Retryable = false };

        // The same part of the same run always has the same id: after a crash it goes on with what it did.
        var id = $"{sub.Parent.Id}.{sub.Node.Node.Index}.{sub.Node.Index}.{sub.Item}";
        var request = new RunRequest { Trigger = trigger.Name, Items = sub.Items, Mode = RunMode.SubWorkflow, Tenant = tenant, Parent = sub.Parent, Id = id, Cancellation = sub.Wait ? sub.Cancellation : default };
        if (!sub.Wait)
        {
            try
            {
                await StartAsync(model, new RunRequest { Trigger = trigger.Name, Items = sub.Items, Tenant = request.Tenant });
            }
            catch (RunRefusedException e)
            {
                throw new Nodes.NodeException(e.Message, e);
            }

            return new RunResult(id, RunPhase.Running, [], null);
        }

        var earlier = sub.Parent.Recovered && model.Durable ? await LoadAsync(id) : null;
        if (earlier is { Phase: RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled or RunPhase.NeedsDecision }) return earlier.Result();
        var run = earlier ?? Create(model, request).Run;
        run.IsAwaited = true;
        if (run.Phase == RunPhase.Waiting)
        {
            _waiting.Remove(id);
            await PutBackAsync(run);
            return await run.Ended.WaitAsync(sub.Cancellation);
        }

        _active[id] = run;
        try
        {
            // In the slot of the run that calls it: with a slot of its own, runs could wait for each other for ever.
            await (earlier is null ? run.StartAsync(trigger) : run.ContinueAsync());
            if (run.Phase == RunPhase.Waiting)
            {
                _waiting.Add(run);
                return await run.Ended.WaitAsync(sub.Cancellation);
            }

            return run.Result();
        }
        finally
        {
            _active.TryRemove(id, out _);
        }
    }

    private static bool MayCall(WorkflowModel caller, WorkflowModel called) => called.Settings.CallerPolicy switch
    {
        "none" => ReferenceEquals(caller, called),
        "workflowsFromAList" => Listed(called).Any(id => string.Equals(id, caller.Definition.Id, StringComparison.Ordinal) || string.Equals(id, caller.Name, StringComparison.Ordinal)),
        _ => true,
    };

    private static string[] Listed(WorkflowModel called) => (called.Settings.CallerIds ?? "").Split(',', StringSplitOptions.TrimEntries);

    private static int Depth(Run run)
    {
        var depth = 0;
        for (var at = run; at is not null; at = at.Request.Parent) depth++;
        return depth;
    }
}
