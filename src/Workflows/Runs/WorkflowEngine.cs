using System.Collections.Concurrent;
using System.Collections.Frozen;
using Sluice.Foundation.Storage;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes.Form;
using Sluice.Workflows.Nodes.Schedule;
using Sluice.Workflows.Nodes.Webhook;
using Sluice.Workflows.Schedules;
using Sluice.Workflows.Triggers;

namespace Sluice.Workflows.Runs;

/// <summary>
/// Runs workflows: takes runs, lets so many at a time run as it may, stores what is to be stored, wakes those that wait, and goes on with those that the
/// last process left behind. Everything a host needs is here; no method blocks, and none may be called on an event loop whose time is precious.
/// </summary>
public sealed partial class WorkflowEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly RunQueue _queue;
    private readonly HistoryWriter? _writer;
    private readonly RunOwnership? _ownership;
    private readonly ConcurrentDictionary<string, Run> _active = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WorkflowModel> _oldModels = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly WaitingRuns _waiting;
    private readonly Scheduler _scheduler;
    private readonly MessageListeners _listeners;
    private FrozenDictionary<string, WorkflowModel> _workflows = FrozenDictionary<string, WorkflowModel>.Empty;
    private FrozenDictionary<string, string> _tenants = FrozenDictionary<string, string>.Empty;
    private int _background;
    private TaskCompletionSource? _idle;

    public WorkflowEngine(EngineOptions options)
    {
        _options = options;
        _queue = new RunQueue(options.ConcurrentRuns, options.QueueLength, options.ConcurrentRunsPerTenant);
        options.Services.RunWorkflow = RunSubWorkflowAsync;
        options.Services.StaticData = new StaticDataStore(options.Database);
        options.Services.Seen = new SeenValues(options.Database);
        _scheduler = new Scheduler(Time, options.Database is null ? null : new ScheduleStore(options.Database), BeginScheduledAsync, (w, n, due, why) => NotStarted?.Invoke(w, n, due, why));
        _listeners = new MessageListeners(this, options, (w, n, why) => NotListening?.Invoke(w, n, why));
        _waiting = new WaitingRuns(Time, WakeAsync);
        TestCalls = new TestCalls(Time);
        if (options.Database is not { } database) return;
        History = new RunHistory(database, options.Services.Objects);
        _ownership = new RunOwnership(database, options.Node);
        _writer = new HistoryWriter(database, _ownership, options.Services.Objects, options.PayloadThreshold, Time);
        _writer.ObjectsChanged += why => ObjectsChanged?.Invoke(why);
        _writer.Taken += taken => InBackground(() => StartAnewAsync(taken));
        if (!_ownership.IsShared) return;
        _queued = new QueuedRuns(database, _ownership);
        if (options.Queue is { } server)
            _hints = new RunHints(server, options.Services.Rabbit, options.TakesOver ? options.ConcurrentRuns : 0, Time, () => _taker?.Look(), why => QueueChanged?.Invoke(why));
        if (options.TakesOver) _taker = new QueuedRunTaker(_queued, _queue, _hints, name => Find(name)?.Settings.Concurrency, BeginClaimed);
    }

    /// <summary>What is stored about runs; null when nothing is.</summary>
    public RunHistory? History { get; }

    /// <summary>Runs of other processes on the same store that began or ended since then, the earliest first, at most 1000.</summary>
    /// <exception cref="DatabaseException">The store does not answer.</exception>
    public async Task<IReadOnlyList<RunSummary>> ChangedElsewhereAsync(DateTimeOffset since) => History is { } history ? await history.ChangedAsync(_ownership!.Id, since, _stop.Token) : [];

    /// <summary>Told of every event of every run as it happens, on the thread of the run: it must not wait.</summary>
    public event Action<Run, RunEvent>? Watch;

    /// <summary>Told of a time of a schedule that began no run, and why: the workflow, the node, the time.</summary>
    public event Action<WorkflowModel, NodeModel, DateTimeOffset, string>? NotStarted;

    /// <summary>Told why a trigger gets no messages at the moment: the workflow, the node. It is tried again.</summary>
    public event Action<WorkflowModel, NodeModel, string>? NotListening;

    /// <summary>Told when the object store stops answering, and why; null when it answers again.</summary>
    public event Action<string?>? ObjectsChanged;

    /// <summary>When the schedules of the workflows are due next, by workflow and node; null for never.</summary>
    public IReadOnlyDictionary<(string Workflow, string Node), DateTimeOffset?> Schedules => _scheduler.Next;

    /// <summary>The workflows that new runs run.</summary>
    public IReadOnlyDictionary<string, WorkflowModel> Workflows => _workflows;

    public EngineLoad Load => new(_queue.Active, _queue.Waiting, _postponed.Count + _suspects.Count, _waiting.Count, _queue.OldestSince, _backlog);

    /// <summary>How many commits have stored what happened.</summary>
    public long Commits => _writer?.Commits ?? 0;

    /// <summary>The runs that are in memory and not over.</summary>
    public IReadOnlyCollection<Run> Active => [.. _active.Values.Where(r => !r.IsOver)];

    /// <summary>Webhooks in test mode.</summary>
    public TestCalls TestCalls { get; }

    /// <summary>Below which address runs that wait, and tests, are called.</summary>
    public string CallsAddress => _options.Services.ResumeAddress;

    private TimeProvider Time => _options.Services.Time;

    /// <summary>Makes these the workflows of new runs; runs under way keep theirs.</summary>
    /// <param name="isActive">Whether a workflow's own triggers start it; they do where nobody says otherwise.</param>
    /// <param name="tenant">Whose a workflow is; nobody's where nobody says otherwise.</param>
    public void Use(IEnumerable<WorkflowModel> workflows, Func<WorkflowModel, bool>? isActive = null, Func<WorkflowModel, string>? tenant = null)
    {
        _workflows = workflows.ToFrozenDictionary(w => w.Name, StringComparer.Ordinal);
        _tenants = tenant is null ? FrozenDictionary<string, string>.Empty : _workflows.Values.ToFrozenDictionary(w => w.Name, tenant, StringComparer.Ordinal);
        IReadOnlyCollection<WorkflowModel> active = isActive is null ? _workflows.Values : [.. _workflows.Values.Where(isActive)];
        _scheduler.Use(active);
        _listeners.Use(active, TenantOf);
        if (_workflows.Values.Any(w => w.Nodes.Any(n => n.Node is Nodes.Code.CodeNode))) _options.Services.Code.Warm();
    }

    /// <summary>A workflow by its name or id; null when there is none.</summary>
    public WorkflowModel? Find(string nameOrId) => _workflows.TryGetValue(nameOrId, out var model)
        ? model
        : _workflows.Values.FirstOrDefault(w => string.Equals(w.Definition.Id, nameOrId, StringComparison.Ordinal));

    /// <summary>
    /// The workflow that a run calls by its name or id, and whose the called run is; null when there is none, or not for it. Tenants have their own workflows, and those of the
    /// operator that name the caller in a list (<c>callerPolicy: workflowsFromAList</c>), which run for the tenant then. What the operator calls runs for whoever it belongs to.
    /// </summary>
    /// <param name="caller">The calling workflow.</param>
    /// <param name="tenant">Whose the calling run is.</param>
    private (WorkflowModel Model, string Tenant)? FindFor(WorkflowModel caller, string tenant, string nameOrId)
    {
        var found = _workflows.TryGetValue(nameOrId, out var named) && MayUse(named) ? named
            : _workflows.Values.FirstOrDefault(w => string.Equals(w.Definition.Id, nameOrId, StringComparison.Ordinal) && string.Equals(TenantOf(w), tenant, StringComparison.Ordinal));
        return found is null ? null : (found, tenant.Length > 0 ? tenant : TenantOf(found));

        bool MayUse(WorkflowModel called) => tenant.Length == 0 || string.Equals(TenantOf(called), tenant, StringComparison.Ordinal)
            // By its name: the id in a document is what its tenant writes there.
            || (TenantOf(called).Length == 0 && called.Settings.CallerPolicy is "workflowsFromAList" && Listed(called).Contains(caller.Name, StringComparer.Ordinal));
    }

    private string TenantOf(WorkflowModel model) => _tenants.GetValueOrDefault(model.Name, "");

    /// <summary>Runs a workflow and waits for its end, or until it waits for something itself.</summary>
    /// <exception cref="RunRefusedException">The queue is full, or the store does not answer.</exception>
    public async ValueTask<RunResult> RunAsync(WorkflowModel model, RunRequest request)
    {
        var (run, trigger) = Create(model, request);
        await EnterAsync(run, always: false, request.Cancellation);
        await DriveAsync(run, Activate(run).StartAsync(trigger));
        return run.Result();
    }

    /// <summary>Takes a run and lets it run by itself, here or on a worker. It is stored when this returns, if its workflow stores runs, and then never lost.</summary>
    /// <returns>The run; one that is left to the workers never ends in this process.</returns>
    /// <exception cref="RunRefusedException">The queue is full, or the store does not answer.</exception>
    public async ValueTask<Run> StartAsync(WorkflowModel model, RunRequest request)
    {
        var (run, trigger) = Create(model, request);
        if (run.Log is null)
        {
            var entered = _queue.EnterAsync(model.Name, model.Settings.Concurrency, model.Settings.QueueLength, request.Tenant, Time.GetUtcNow(), always: false, _stop.Token);
            if (entered.IsCompletedSuccessfully && !entered.Result) throw Refuse(run);
            InBackground(async () =>
            {
                run.HasSlot = await entered;
                await DriveAsync(run, Activate(run).StartAsync(trigger));
            });
            return run;
        }

        if (_writer!.Failure is not null) throw NotStored();
        // Somebody watches a test, here.
        if (_hints is not null && request.Mode is RunMode.Production or RunMode.Error) return await LeaveToWorkersAsync(run, trigger);
        if (_queue.Waiting >= _options.QueueLength && _postponed.Count >= _options.StoredBacklog) throw Refuse(run);
        run.Take(trigger);
        await run.Log.FlushAsync();
        run.Taken();
        if (_queue.Waiting >= _options.QueueLength)
        {
            _postponed.Enqueue(new Postponed(run.Id));
            TakeFromStore();
            return run;
        }

        _active[run.Id] = run;
        InBackground(async () =>
        {
            await EnterAsync(run, always: true, _stop.Token);
            await DriveAsync(run, Activate(run).ContinueAsync());
        });
        return run;
    }

    /// <summary>Runs the workflow of a webhook for a call, and gives the caller's answer when the webhook's response mode says so.</summary>
    /// <param name="trigger">The webhook node that was called.</param>
    /// <exception cref="RunRefusedException">The queue is full, or the store does not answer.</exception>
    public ValueTask<WebhookResponse> CallAsync(WorkflowModel model, NodeModel trigger, WebhookRequest request, string tenant = "", System.Diagnostics.ActivityContext trace = default, CancellationToken cancel = default)
    {
        if (trigger.Node is FormNode form && form.Show(request) is { } page) return new(page);
        var answer = ((IAnswersCaller)trigger.Node).Answer;
        var start = new RunRequest { Trigger = trigger.Name, Items = [request.ToItem()], Method = request.Method, Tenant = tenant, Trace = trace, Cancellation = answer.Mode == ResponseMode.OnReceived ? default : cancel };
        return AnswerAsync(model, start, answer);
    }

    /// <summary>Runs a workflow as a test for the call that was expected, and is expected no more.</summary>
    /// <returns>The caller's answer; null when another call came first.</returns>
    public async ValueTask<WebhookResponse?> CallAsync(ExpectedCall expected, WebhookRequest request, CancellationToken cancel = default)
    {
        if (expected.Trigger.Node is FormNode form && form.Show(request) is { } page) return page;
        if (TestCalls.Take(expected.Token) is null) return null;
        var answer = ((IAnswersCaller)expected.Trigger.Node).Answer;
        var start = new RunRequest
        {
            Id = expected.Run, Trigger = expected.Trigger.Name, Items = [request.ToItem(isTest: true)], Method = request.Method, Mode = RunMode.Test, UsePinData = true, Tenant = expected.Tenant,
            Cancellation = answer.Mode == ResponseMode.OnReceived ? default : cancel,
        };
        return await AnswerAsync(expected.Model, start, answer);
    }

    private ValueTask<WebhookResponse> AnswerAsync(WorkflowModel model, RunRequest start, CallerAnswer answer) => answer.FollowsPages ? RunToNextPageAsync(model, start, answer) : answer.Mode switch
    {
        ResponseMode.OnReceived => StartAndAnswerAsync(model, start, answer),
        ResponseMode.LastNode => RunAndAnswerAsync(model, start, answer),
        _ => RunUntilAnsweredAsync(model, start, answer),
    };

    private async ValueTask<WebhookResponse> StartAndAnswerAsync(WorkflowModel model, RunRequest request, CallerAnswer answer)
    {
        await StartAsync(model, request);
        return answer.Received();
    }

    private async ValueTask<WebhookResponse> RunAndAnswerAsync(WorkflowModel model, RunRequest request, CallerAnswer answer)
    {
        var (run, trigger) = Create(model, request);
        run.IsAwaited = true;
        await EnterAsync(run, always: false, request.Cancellation);
        await DriveAsync(run, Activate(run).StartAsync(trigger));
        return answer.Ended(run.Phase == RunPhase.Waiting && WaitsBriefly(run) ? await run.Ended.WaitAsync(request.Cancellation) : run.Result());
    }

    /// <summary>Whether it goes on by itself so soon that its caller can as well wait.</summary>
    private bool WaitsBriefly(Run run) => run.State.Waiting?.TrueForAll(w => w.Waiting is { OnCall: false, Until: { } until } && until - Time.GetUtcNow() < TimeSpan.FromSeconds(65)) == true;

    private async ValueTask<WebhookResponse> RunUntilAnsweredAsync(WorkflowModel model, RunRequest request, CallerAnswer answer)
    {
        var (run, trigger) = Create(model, request);
        var response = run.ExpectResponse();
        await EnterAsync(run, always: false, request.Cancellation);
        var driven = DriveAsync(run, Activate(run).StartAsync(trigger));
        if (driven.IsCompletedSuccessfully) driven.GetAwaiter().GetResult();
        else _ = ToItsEndAsync(driven.AsTask());
        return await response.WaitAsync(request.Cancellation) ?? answer.Unanswered(run.Result());
    }

    /// <summary>Ends a run that is under way or waits.</summary>
    /// <returns>False when there is no such run, or it is over.</returns>
    public async ValueTask<bool> CancelAsync(string id, string reason = "cancelled")
    {
        if (_active.TryGetValue(id, out var run))
        {
            // Its end may still be on its way to the store.
            if (run.IsOver) return false;
            run.Cancel(reason);
            return true;
        }

        if (await TakeWaitingAsync(id) is { } waiting)
        {
            await waiting.EndWaitingAsync(reason);
            return true;
        }

        return _ownership is not null && await _ownership.AskToCancelAsync(id, reason, _stop.Token);
    }

    private (Run Run, NodeModel Trigger) Create(WorkflowModel model, RunRequest request)
    {
        var trigger = request.Trigger is { } name ? model.Find(name) : model.Triggers.FirstOrDefault();
        if (trigger is null) throw new ArgumentException($"the workflow \"{model.Name}\" has no node '{request.Trigger}' to begin with", nameof(request));
        return (Make(request.Id ?? Guid.CreateVersion7(Time.GetUtcNow()).ToString("N"), model, request, 0, null), trigger);
    }

    private Run Make(string id, WorkflowModel model, RunRequest request, int nextLine, string? parent)
    {
        var log = _writer is not null && model.Durable ? new RunLog(_writer, id, nextLine) : null;
        var run = new Run(id, model, _options.Services, request, log) { Watch = Happened, Resting = LeaveSlot, StoredParent = parent };
        if (log is not null) log.Run = run;
        return run;
    }

    private void Happened(Run run, RunEvent happened)
    {
        if (happened is NodeFinished or NodeFailed or NodeWaiting && _alone is { } alone && alone.Run == run) alone.GotOn.TrySetResult();
        Watch?.Invoke(run, happened);
    }

    private async ValueTask EnterAsync(Run run, bool always, CancellationToken cancel)
    {
        if (!always && run.Log is not null && _writer!.Failure is not null) throw NotStored();
        var settings = run.Model.Settings;
        if (!await _queue.EnterAsync(run.Model.Name, settings.Concurrency, settings.QueueLength, run.Request.Tenant, Time.GetUtcNow(), always, cancel)) throw Refuse(run);
        run.HasSlot = true;
    }

    private void LeaveSlot(Run run)
    {
        if (!run.HasSlot) return;
        run.HasSlot = false;
        Leave(run.Model.Name, run.Request.Tenant);
    }

    private void Leave(string workflow, string tenant)
    {
        _queue.Leave(workflow, tenant);
        TakeFromStore();
        _taker?.SlotFreed();
    }

    private static RunRefusedException NotStored() => new("runs cannot be stored at the moment", TimeSpan.FromSeconds(5));

    private static RunRefusedException Refuse(Run run) => new($"too many runs wait already; \"{run.Model.Name}\" was not started", TimeSpan.FromSeconds(1));

    /// <summary>Makes a run known before anything of it happens, so that it can be cancelled from then on.</summary>
    private Run Activate(Run run) => _active[run.Id] = run;

    /// <summary>Runs it as far as it goes in the slot that it has, and gives the slot back.</summary>
    private async ValueTask DriveAsync(Run run, ValueTask driven)
    {
        try
        {
            await driven;
        }
        finally
        {
            // Whoever calls a waiting run must find it, so that it is there before it is no longer here.
            if (run.Phase == RunPhase.Waiting) _waiting.Add(run);
            _active.TryRemove(KeyValuePair.Create(run.Id, run));
            LeaveSlot(run);
        }

        if (run.Phase == RunPhase.Failed) StartErrorWorkflow(run);
    }

    private async Task BeginScheduledAsync(WorkflowModel model, NodeModel trigger, DateTimeOffset due)
    {
        var item = new Item(ScheduleNode.Describe(due, ((ScheduleNode)trigger.Node).Timetable.Zone));
        var isStored = _writer is not null && model.Durable;
        if (isStored && _writer!.Failure is { } failure) throw failure;
        try
        {
            await StartAsync(model, new RunRequest { Trigger = trigger.Name, Items = [item], Tenant = TenantOf(model), Due = isStored ? new ScheduledTime(model.Name, trigger.Name, due) : null });
        }
        catch (TimeTakenException)
        {
            // Whoever took it runs it.
        }
    }

    private void StartErrorWorkflow(Run failed)
    {
        if (failed.Model.Settings.ErrorWorkflow is not { Length: > 0 } name || failed.Request.Mode == RunMode.Error || FindFor(failed.Model, failed.Request.Tenant, name) is not var (handler, tenant)) return;
        var trigger = handler.Triggers.FirstOrDefault(t => t.Descriptor.Type is "error-trigger");
        if (trigger is null) return;
        var error = failed.State.Error!;
        var item = new JsObject
        {
            ["execution"] = new JsObject
            {
                ["id"] = failed.Id,
                ["mode"] = HistorySql.NameOf(failed.Request.Mode),
                ["error"] = new JsObject { ["message"] = error.Message, ["node"] = error.Node },
                ["lastNodeExecuted"] = failed.State.Last?.Node.Name ?? "",
            },
            ["workflow"] = new JsObject { ["id"] = failed.Model.Definition.Id ?? failed.Model.Name, ["name"] = failed.Model.Name },
        };
        InBackground(async () =>
        {
            try
            {
                await StartAsync(handler, new RunRequest { Trigger = trigger.Name, Items = [new Item(item)], Mode = RunMode.Error, Tenant = tenant });
            }
            catch (RunRefusedException)
            {
                // The failed run itself says what happened.
            }
        });
    }

    private void InBackground(Func<Task> work)
    {
        Interlocked.Increment(ref _background);
        _ = Task.Run(() => CountedAsync(work()));
    }

    /// <summary>What is under way already goes on by itself; the engine waits for it when it ends.</summary>
    private Task ToItsEndAsync(Task underWay)
    {
        Interlocked.Increment(ref _background);
        return CountedAsync(underWay);
    }

    private async Task CountedAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stored runs go on with the next process.
        }
        catch (DatabaseException) when (_stop.IsCancellationRequested)
        {
        }
        finally
        {
            if (Interlocked.Decrement(ref _background) == 0) _idle?.TrySetResult();
        }
    }

    /// <summary>Lets go of everything: runs under way are left where they are, and stored ones go on when the next engine starts.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listeners.DisposeAsync();
        await _scheduler.DisposeAsync();
        if (_taker is not null) await _taker.DisposeAsync();
        if (_hints is not null) await _hints.DisposeAsync();
        await _waiting.DisposeAsync();
        foreach (var run in _active.Values) run.Abandon();
        _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Volatile.Read(ref _background) > 0) await Task.WhenAny(_idle.Task, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System));
        if (_writer is not null) await _writer.DisposeAsync();
        if (_keeping is not null)
        {
            await _keeping;
            await LeaveAsync();
        }

        await _options.Services.DisposeAsync();
        _anew.Dispose();
        _stop.Dispose();
    }
}
