using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;

namespace Sluice.Workflows.Runs;

/// <summary>
/// The rules of a run: what each event makes of its state, and what is to be done then. It has no clock, starts nothing and waits for nothing,
/// so that the same events always give the same state: a run that is read back from its history goes on exactly where it was.
/// </summary>
/// <remarks>The order is n8n's <c>v1</c>: one branch to its end before the next, from the top of the canvas to the bottom, then from left to right.</remarks>
internal static class RunMachine
{
    /// <summary>More executions than any sane run has: a circle that does not end.</summary>
    internal const int MaximumExecutions = 1_000_000;

    public static void Apply(RunState state, RunEvent happened, Queue<Effect> effects)
    {
        switch (happened)
        {
            case RunStarted e: Start(state, e, effects); break;
            case NodeStarted e: MarkStarted(state, e); break;
            case NodeFinished e: Finish(state, e, effects); break;
            case NodeFailed e: Fail(state, e, effects); break;
            case NodeWaiting e: Wait(state, e, effects); break;
            case NodeResumed e: Resume(state, e, effects); break;
            case DecisionNeeded: state.Phase = RunPhase.NeedsDecision; break;
            case Decided e: Decide(state, e, effects); break;
            case RunFinished: End(state, RunPhase.Succeeded, null); break;
            case RunFailed e: End(state, RunPhase.Failed, e.Error); break;
            case RunCancelled: End(state, RunPhase.Cancelled, null); break;
            default: throw new InvalidOperationException($"{happened.GetType().Name} is no event of a run");
        }
    }

    private static void Start(RunState state, RunStarted e, Queue<Effect> effects)
    {
        state.Phase = RunPhase.Running;
        state.Ready.Add(new NodeRun(state.Model.Nodes[e.Trigger], [e.Items], [new ItemSource(-1, 0, 0)]));
        Dispatch(state, effects);
    }

    private static void MarkStarted(RunState state, NodeStarted e)
    {
        var run = Find(state, e.Node, e.Index);
        run.Started = true;
        run.Attempt = e.Attempt;
    }

    private static void Finish(RunState state, NodeFinished e, Queue<Effect> effects)
    {
        var run = Find(state, e.Node, e.Index);
        run.Outputs = e.Outputs;
        run.State = e.State;
        run.Took = e.Took;
        run.StartedAt = e.At - e.Took;
        Leave(state, run);
        if (state.Phase != RunPhase.Running) return;
        Route(state, run);
        Dispatch(state, effects);
    }

    private static void Fail(RunState state, NodeFailed e, Queue<Effect> effects)
    {
        var run = Find(state, e.Node, e.Index);
        var node = run.Node;
        run.Error = e.Error;
        run.Took = e.Took;
        run.StartedAt = e.At - e.Took;
        if (state.Phase == RunPhase.Running && e.Retry && e.Attempt < node.Tries)
        {
            run.Attempt = e.Attempt + 1;
            run.Started = false;
            effects.Enqueue(new Effect(EffectKind.Retry, run, RetryDelay(node, e)));
            return;
        }

        Leave(state, run);
        if (state.Phase != RunPhase.Running) return;
        if (!node.ContinueOnFail)
        {
            state.Error = e.Error;
            effects.Enqueue(new Effect(EffectKind.Fail, run));
            return;
        }

        run.Outputs = FailedOutputs(run, e.Error);
        Route(state, run);
        Dispatch(state, effects);
    }

    /// <summary>A node that failed as a whole gives its items on; by the output for failures they say what went wrong.</summary>
    private static IReadOnlyList<Item>[] FailedOutputs(NodeRun run, RunError error)
    {
        IReadOnlyList<Item> items = run.Inputs is [{ } first, ..] ? first : [];
        if (!run.Node.ErrorOutput) return [[.. items.Select((item, i) => new Item(item.Json) { Binary = item.Binary, PairedItems = [new PairedItem(i)] })]];
        var outputs = new IReadOnlyList<Item>[run.Node.OutputCount];
        Array.Fill(outputs, []);
        outputs[^1] = [.. items.Select((item, i) =>
        {
            var json = item.Json.Clone();
            json.Set("error", error.Message);
            return new Item(json) { Binary = item.Binary, PairedItems = [new PairedItem(i)], Error = error.Message };
        })];
        return outputs;
    }

    private static TimeSpan RetryDelay(NodeModel node, NodeFailed e) =>
        TimeSpan.FromMilliseconds(Math.Min(86_400_000, Math.Max(node.WaitBetweenTries * Math.Pow(node.Definition.RetryBackoff, e.Attempt - 1), e.RetryAfter?.TotalMilliseconds ?? 0)));

    private static void Wait(RunState state, NodeWaiting e, Queue<Effect> effects)
    {
        var run = Find(state, e.Node, e.Index);
        run.Waiting = e;
        run.Turn = state.CallsTaken;
        Leave(state, run);
        (state.Waiting ??= []).Add(run);
        if (state.Phase == RunPhase.Running) Dispatch(state, effects);
    }

    private static void Resume(RunState state, NodeResumed e, Queue<Effect> effects)
    {
        var run = Find(state, e.Node, e.Index);
        state.Waiting!.Remove(run);
        // A time that comes gives no items.
        if (e.Items is not null) state.CallsTaken++;
        run.Waiting = null;
        run.Outputs = [e.Items ?? run.Inputs[0] ?? []];
        state.Phase = RunPhase.Running;
        state.Last = run;
        Route(state, run);
        Dispatch(state, effects);
    }

    private static void Decide(RunState state, Decided e, Queue<Effect> effects)
    {
        var run = Find(state, e.Node, e.Index);
        state.Phase = RunPhase.Running;
        run.Started = false;
        switch (e.Decision)
        {
            case Decision.Repeat:
                effects.Enqueue(new Effect(EffectKind.Run, run));
                break;
            case Decision.Skip:
                run.Outputs = [e.Items ?? run.Inputs[0] ?? []];
                Leave(state, run);
                Route(state, run);
                Dispatch(state, effects);
                break;
            default:
                run.Error = state.Error = new RunError("the process ended while this node was under way, and it was decided not to repeat it", run.Node.Name);
                Leave(state, run);
                effects.Enqueue(new Effect(EffectKind.Fail, run));
                break;
        }
    }

    private static void End(RunState state, RunPhase phase, RunError? error)
    {
        state.Phase = phase;
        state.Error = error ?? state.Error;
        state.Ready.Clear();
        state.PartlyServed = null;
        state.Waiting = null;
    }

    private static void Leave(RunState state, NodeRun run)
    {
        state.Running.Remove(run);
        state.Last = run;
    }

    private static NodeRun Find(RunState state, int node, int index) =>
        state.Find(node, index) ?? throw new InvalidOperationException($"the run has no execution {index} of node {node}");

    /// <summary>Puts on the stack whatever the node's items lead to.</summary>
    private static void Route(RunState state, NodeRun run)
    {
        var outputs = run.Outputs!;
        foreach (var edge in run.Node.Edges)
        {
            if (edge.Output >= outputs.Length || outputs[edge.Output].Count == 0) continue;
            var source = new ItemSource(run.Node.Index, run.Index, edge.Output);
            if (edge.Target.ConnectedInputs > 1) Serve(state, edge.Target, edge.Input, outputs[edge.Output], source);
            else state.Ready.Add(new NodeRun(edge.Target, [outputs[edge.Output]], [source]));
        }
    }

    private static void Serve(RunState state, NodeModel node, int input, IReadOnlyList<Item> items, ItemSource source)
    {
        var partly = state.PartlyServed ??= [];
        var at = partly.Find(p => p.Node == node && p.Inputs[input] is null);
        if (at is null) partly.Add(at = new PartlyServed(node));
        at.Inputs[input] = items;
        at.Sources[input] = source;
        if (Array.Exists(at.Inputs, i => i is null)) return;
        partly.Remove(at);
        state.Ready.Add(new NodeRun(node, at.Inputs, at.Sources));
    }

    private static void Dispatch(RunState state, Queue<Effect> effects)
    {
        if (state.Executions >= MaximumExecutions)
        {
            state.Error = new RunError($"stopped after {MaximumExecutions} node executions: does a circle not end?");
            effects.Enqueue(new Effect(EffectKind.Fail));
            return;
        }

        var parallel = state.Model.Settings.Parallel;
        if (state.Ready.Count == 0 && state.Running.Count == 0 && state.Waiting is not { Count: > 0 }) Promote(state);
        while (state.Ready.Count > 0 && (parallel || (state.Running.Count == 0 && state.Waiting is not { Count: > 0 })))
        {
            var run = state.Ready[^1];
            state.Ready.RemoveAt(state.Ready.Count - 1);
            Register(state, run);
            effects.Enqueue(new Effect(EffectKind.Run, run));
        }

        if (state.Running.Count > 0) return;
        if (state.Waiting is { Count: > 0 })
        {
            state.Phase = RunPhase.Waiting;
            effects.Enqueue(new Effect(EffectKind.Park));
        }
        else
        {
            effects.Enqueue(new Effect(EffectKind.Succeed));
        }
    }

    private static void Register(RunState state, NodeRun run)
    {
        var runs = state.Runs[run.Node.Index] ??= new List<NodeRun>(1);
        run.Index = runs.Count;
        if (run.Index > 0) run.State = runs[run.Index - 1].State;
        runs.Add(run);
        state.Executions++;
        state.Running.Add(run);
    }

    /// <summary>Nothing else can run: a node of which not all inputs were served runs with what it got, if that is enough for it.</summary>
    private static void Promote(RunState state)
    {
        if (state.PartlyServed is not { } partly) return;
        for (var i = 0; i < partly.Count; i++)
        {
            var at = partly[i];
            var required = at.Node.Node.RequiredInputs;
            if (required is { } needed && (needed >= at.Node.Node.Inputs || (needed > 1 && at.Inputs.Take(needed).Any(x => x is null)))) continue;
            if (partly.Exists(other => other.Node != at.Node && at.Node.Ancestors.Contains(other.Node.Index))) continue;
            partly.RemoveAt(i);
            state.Ready.Add(new NodeRun(at.Node, at.Inputs, at.Sources));
            return;
        }
    }
}
