using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.History;
using Sluice.Workflows.Nodes;

namespace Sluice.Workflows.Runs;

/// <summary>One execution of a workflow: feeds <see cref="RunMachine"/> with what happens and does what it says.</summary>
public sealed partial class Run
{
    private static readonly IReadOnlyList<Item>[] NoOutputs = [[]];

    private readonly Queue<Effect> _effects = new(4);
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource<RunResult> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<WebhookResponse?>? _response;
    private bool _answered;
    private RunEvent? _taken;
    private string? _cancelReason;
    private string? _trace;
    private JsObject? _asData, _customData;
    private string? _retriedTrace;
    private int _turnOfData;
    private volatile bool _abandoned;
    private SecretMask? _secrets;

    internal Run(string id, WorkflowModel model, NodeServices services, RunRequest request, RunLog? log)
    {
        Id = id;
        Model = model;
        Services = services;
        Request = request;
        Log = log;
        State = new RunState(model);
    }

    public string Id { get; }

    public WorkflowModel Model { get; }

    public RunRequest Request { get; }

    /// <summary>The run that asked for this one, of which only the id is known.</summary>
    internal string? StoredParent { get; init; }

    /// <summary>Where it stands.</summary>
    public RunPhase Phase => State.Phase;

    /// <summary>Whether it has ended; that may not be stored yet.</summary>
    internal bool IsOver => Phase is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; internal set; }

    /// <summary>Ends with the run, or when it begins to wait.</summary>
    public Task<RunResult> Ended => _ended.Task;

    /// <summary>What code said about the run; null for nothing.</summary>
    public JsObject? CustomData => _customData;

    /// <summary><c>$execution</c>.</summary>
    internal JsObject AsData => _asData is { } known && _turnOfData == State.CallsTaken ? known : _asData = MakeData();

    /// <summary>The executions of a node in this run so far.</summary>
    public IReadOnlyList<NodeRun> Executions(NodeModel node) => State.Runs[node.Index] ?? (IReadOnlyList<NodeRun>)[];

    /// <summary>Every execution of a node so far, in the order in which they began, also while the run goes on.</summary>
    public IReadOnlyList<NodeRun> AllExecutions()
    {
        lock (_effects) return [.. State.Runs.SelectMany(r => r ?? []).OrderBy(r => r.StartedAt == default).ThenBy(r => r.StartedAt).ThenBy(r => r.Node.Index)];
    }

    /// <summary>The executions that wait for a time or a call.</summary>
    public IReadOnlyList<NodeRun> WaitingExecutions()
    {
        lock (_effects) return [.. State.Waiting ?? []];
    }

    /// <summary>How it stands or ended.</summary>
    public RunResult Standing => Result();

    internal NodeServices Services { get; }

    internal RunState State { get; }

    internal RunLog? Log { get; }

    /// <summary>Told of every event, after it was applied.</summary>
    internal Action<Run, RunEvent>? Watch { get; init; }

    internal CancellationToken Cancellation => _cancel.Token;

    /// <summary>Keeps a secret that a node uses out of everything that the run shows, stores and passes on from now on.</summary>
    internal void Hide(string secret) => LazyInitializer.EnsureInitialized(ref _secrets).Add(secret);

    /// <summary>Ends the run where it is; what its nodes wait for ends with it.</summary>
    public void Cancel(string reason)
    {
        _cancelReason ??= reason;
        _cancel.Cancel();
    }

    /// <summary>The answer that a node of the run gives; null when it ends without one.</summary>
    internal Task<WebhookResponse?> ExpectResponse()
    {
        IsAwaited = true;
        // Nothing is held when a run that is not stored answers: whoever waits can go on at once, on the thread that is there.
        return (_response ??= new(Log is null ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Gives the answer. The run itself goes on at once; its caller is told when everything before the answer is stored.</summary>
    /// <exception cref="NodeException">It cannot be written as JSON.</exception>
    internal void Respond(WebhookResponse response)
    {
        if (!response.Json.IsUndefined && new JsonFitness().Problem(new JsObject { ["answer"] = response.Json }) is { } problem)
            throw new NodeException($"the answer cannot be sent: {problem}") { Retryable = false };
        if (_response is not { Task.IsCompleted: false } waiting || _answered) return;
        _answered = true;
        if (Log is null) waiting.TrySetResult(response);
        else _ = AnswerWhenStoredAsync(Log, waiting, response);
    }

    private static async Task AnswerWhenStoredAsync(RunLog log, TaskCompletionSource<WebhookResponse?> waiting, WebhookResponse response)
    {
        try
        {
            await log.FlushAsync();
            waiting.TrySetResult(response);
        }
#pragma warning disable CA1031 // Whatever kept it from being stored, the caller is told of it.
        catch (Exception e)
        {
            waiting.TrySetException(e);
        }
#pragma warning restore CA1031
    }

    /// <summary>Whether somebody in this process waits for its end, also while it waits itself.</summary>
    internal bool IsAwaited { get; set; }

    /// <summary>The span of what it does now; null when nobody listens.</summary>
    internal System.Diagnostics.Activity? Span { get; private set; }

    /// <summary>Whether it counts among the runs that are under way at a time.</summary>
    internal bool HasSlot { get; set; }

    /// <summary>Told when there is nothing more to run of it for now: what is left is to wait until that is stored, which needs no slot.</summary>
    internal Action<Run>? Resting { get; init; }

    /// <summary>Whether it was read back from its history.</summary>
    internal bool Recovered { get; private set; }

    /// <summary>Takes the run without running anything of it yet; <see cref="ContinueAsync"/> does. Nobody is told of it before <see cref="Taken"/>.</summary>
    internal void Take(NodeModel trigger)
    {
        _taken = Masked(Begun(trigger));
        lock (_effects)
        {
            Record(_taken);
            _effects.Clear();
        }
    }

    /// <summary>That it was taken is stored.</summary>
    internal void Taken()
    {
        Watch?.Invoke(this, _taken!);
        _taken = null;
        if (!IsOffered) return;
        RunTrace.End(this);
        Span = null;
    }

    /// <summary>Whether it is left to whichever worker takes it: nothing of it is run here.</summary>
    internal bool IsOffered { get; private set; }

    /// <summary>Takes the run, for another process to run.</summary>
    internal void Offer(NodeModel trigger)
    {
        IsOffered = true;
        Take(trigger);
    }

    /// <summary>The process ends: what the run waits for ends, and nothing about that is stored.</summary>
    internal void Abandon()
    {
        _abandoned = true;
        _cancel.Cancel();
    }

    /// <summary>Another process goes on with it: what is not stored yet never will be.</summary>
    internal void Abandon(Exception why)
    {
        _abandoned = true;
        Log?.Drop(why);
        _ended.TrySetException(why);
        _response?.TrySetException(why);
        _cancel.Cancel();
    }

    /// <summary>Cancels a run that waits.</summary>
    internal async ValueTask EndWaitingAsync(string reason)
    {
        Happened(new RunCancelled(Now, reason));
        await StopHereAsync();
    }

    /// <summary>Begins the run.</summary>
    internal async ValueTask StartAsync(NodeModel trigger)
    {
        Happened(Begun(trigger));
        await DriveAsync();
    }

    private RunStarted Begun(NodeModel trigger)
    {
        Span = RunTrace.Begin(this, null);
        return new RunStarted(StartedAt = Now, trigger.Index, Request.Items, Span?.Id) { Method = Request.Method };
    }

    /// <summary>Takes over what another run did before its last failure; nothing is run yet.</summary>
    /// <exception cref="InvalidOperationException">The history does not fit this run's workflow.</exception>
    internal void TakeOver(IReadOnlyList<RunEvent> events)
    {
        var last = events.Count - 1;
        while (last >= 0 && events[last] is not NodeFailed) last--;
        for (var i = 0; i < (last < 0 ? events.Count : last); i++)
        {
            if (events[i] is RunFailed or RunCancelled or RunFinished) continue;
            if (events[i] is RunStarted { Trace: { } trace }) _retriedTrace = trace;
            Happened(events[i] is RunStarted started ? started with { Trace = null } : events[i]);
        }

        StartedAt = Now;
        Recovered = true;
        // What failed did not do its work, or its author says that it may be tried again.
        foreach (var run in State.Running) run.Started = false;
        lock (_effects) _effects.Clear();
    }

    /// <summary>Goes on with a run that was read back from its history.</summary>
    internal ValueTask ContinueAsync()
    {
        foreach (var run in State.Running.ToArray())
        {
            if (IsUnknown(run))
            {
                Happened(new DecisionNeeded(Now, run.Node.Index, run.Index));
                return StopHereAsync();
            }
        }

        foreach (var run in State.Running) _effects.Enqueue(new Effect(EffectKind.Run, run));
        if (State.Running.Count == 0) _effects.Enqueue(new Effect(State.Error is null ? EffectKind.Succeed : EffectKind.Fail));
        return DriveAsync();
    }

    /// <summary>Ends a run that was gone on with again and again, and each time its process ended: what was under way fails, as far as it goes on after failures, and runs no more.</summary>
    /// <param name="deaths">How often its process ended since it last got on.</param>
    internal ValueTask GiveUpAsync(int deaths)
    {
        if (State.Running.Exists(IsUnknown)) return ContinueAsync();
        if (State.Running.Count == 0)
        {
            Happened(new RunFailed(Now, Error("this run", State.Last?.Node.Name ?? "")));
            return StopHereAsync();
        }

        foreach (var run in State.Running.ToArray())
        {
            run.StartedAt = Now;
            Failed(run, Error("this node", run.Node.Name), retry: false);
        }

        return DriveAsync();

        RunError Error(string what, string node) => new($"the process ended {deaths} times in a row while {what} was under way (killed, out of memory or broken down): it is not gone on with any more", node);
    }

    /// <summary>A time or a call that a node waited for has come.</summary>
    internal ValueTask ResumeAsync(NodeRun waiting, IReadOnlyList<Item>? items)
    {
        Happened(new NodeResumed(Now, waiting.Node.Index, waiting.Index, items));
        return DriveAsync();
    }

    /// <summary>A person decided about the node that was under way when the process ended.</summary>
    internal ValueTask DecideAsync(NodeRun node, Decision decision, IReadOnlyList<Item>? items)
    {
        var others = State.Running.Where(r => r != node).ToList();
        Happened(new Decided(Now, node.Node.Index, node.Index, decision, items));
        if (decision is Decision.Fail) return DriveAsync();

        // What was under way beside it ended with that process, too.
        if (others.Find(IsUnknown) is { } next)
        {
            Happened(new DecisionNeeded(Now, next.Node.Index, next.Index));
            return StopHereAsync();
        }

        foreach (var run in others) _effects.Enqueue(new Effect(EffectKind.Run, run));
        return DriveAsync();
    }

    /// <summary>Nobody knows whether it did its work, and it must not do it twice.</summary>
    private static bool IsUnknown(NodeRun run) => run.Started && !run.Node.Idempotent;

    /// <summary>Applies an event that was stored before; nothing is done about it.</summary>
    internal void Replay(RunEvent happened)
    {
        Recovered = true;
        if (happened is RunStarted started) (StartedAt, _trace) = (happened.At, started.Trace);
        RunMachine.Apply(State, happened, _effects);
        _effects.Clear();
    }

    /// <summary>What is called to go on with it where it waits then.</summary>
    internal string AddressOfTurn(int turn) => $"{Services.ResumeAddress}/{Id}/{Services.ResumeAddresses.Token(Id, turn)}";

    /// <summary>Whether a node has given the answer, if not yet told.</summary>
    internal bool HasAnswered => _answered;

    private JsObject MakeData()
    {
        _turnOfData = State.CallsTaken;
        var address = AddressOfTurn(_turnOfData);
        var data = new JsObject
        {
            ["id"] = Id,
            ["mode"] = Request.Mode is RunMode.Test ? "test" : "production",
            ["resumeUrl"] = address,
            ["resumeFormUrl"] = address,
        };
        if (_customData is { } custom) data.Set("customData", custom.Clone());
        return data;
    }

    /// <summary>What code says about the run, for whoever looks at it; nodes that come later see it.</summary>
    internal void SetCustomData(JsObject data)
    {
        lock (_effects)
        {
            _customData = data;
            _asData = null;
        }
    }

    private DateTimeOffset Now => Services.Time.GetUtcNow();

    private void Happened(RunEvent happened)
    {
        happened = Masked(happened);
        lock (_effects) Record(happened);
        Watch?.Invoke(this, happened);
    }

    private RunEvent Masked(RunEvent happened) => _secrets is { } secrets ? secrets.Apply(happened) : happened;

    /// <summary>Under the lock of the effects. What cannot be stored has not happened.</summary>
    private void Record(RunEvent happened)
    {
        if (Log is null || _abandoned) Apply(happened);
        else Log.Append(happened);
    }

    internal void Apply(RunEvent happened) => RunMachine.Apply(State, happened, _effects);

    /// <summary>How it stands now.</summary>
    internal RunResult Result()
    {
        var last = State.Last;
        return new RunResult(Id, State.Phase, last?.Outputs is { Length: > 0 } outputs ? outputs.FirstOrDefault(o => o.Count > 0) ?? outputs[0] : [], State.Error) { LastNode = last?.Node.Name ?? "" };
    }
}
