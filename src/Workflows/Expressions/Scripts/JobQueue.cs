using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>
/// What a script leaves for later: reactions to promises, which come first, and timers. A script has a thread of its own, which does all of it.
/// </summary>
internal sealed class JobQueue
{
    private readonly Queue<Action> _jobs = new();
    private readonly PriorityQueue<Timer, (double Due, int Id)> _timers = new();
    private readonly HashSet<int> _cleared = [];
    private readonly List<JsPromise> _failed = [];
    private int _lastTimer;

    public void Add(Action job) => _jobs.Enqueue(job);

    public void Failed(JsPromise promise) => _failed.Add(promise);

    /// <param name="repeats">Whether it comes again after the same time.</param>
    public int AddTimer(Evaluator e, JsFunction function, double milliseconds, JsValue[] arguments, bool repeats = false)
    {
        e.Allocate(128);
        var wait = Math.Clamp(double.IsNaN(milliseconds) ? 1 : milliseconds, 1, int.MaxValue);
        _timers.Enqueue(new Timer(++_lastTimer, function, arguments, repeats ? wait : null), (e.Now + wait, _lastTimer));
        return _lastTimer;
    }

    public void ClearTimer(int id) => _cleared.Add(id);

    /// <summary>The value of a promise, when it is there; anything else is its own value.</summary>
    /// <exception cref="JsThrow">There will be none.</exception>
    public JsValue Await(Evaluator e, JsValue value)
    {
        if (value.AsReference is not JsPromise promise) return value;
        promise.Handle();
        var position = e.Position;
        Drain(e);
        while (!promise.IsSettled)
        {
            if (!RunTimer(e)) throw JsThrow.Error("Error", "this waits for a promise that nothing will ever settle");
            Drain(e);
        }

        e.Position = position;
        return promise.Failure is { } failure ? throw failure : promise.Value;
    }

    /// <summary>The script has ended: what is due is done, timers are forgotten, and a failure that nobody learned of is its failure.</summary>
    public void End(Evaluator e)
    {
        Drain(e);
        if (_failed.Find(p => !p.IsHandled) is { } unseen) throw unseen.Failure!;
    }

    private void Drain(Evaluator e)
    {
        while (_jobs.TryDequeue(out var job))
        {
            e.Step(8);
            job();
        }
    }

    private bool RunTimer(Evaluator e)
    {
        while (_timers.TryDequeue(out var timer, out var when))
        {
            if (_cleared.Remove(timer.Id)) continue;
            var wait = when.Due - e.Now;
            // The thread is the script's own; whoever started the script bounds how long it may take.
            if (wait > 0) using (var never = new ManualResetEventSlim()) never.Wait(TimeSpan.FromMilliseconds(wait));
            if (timer.Repeats is { } next) _timers.Enqueue(timer, (e.Now + next, timer.Id));
            e.Step(8);
            e.Call(timer.Function, default, timer.Arguments);
            return true;
        }

        return false;
    }

    private sealed record Timer(int Id, JsFunction Function, JsValue[] Arguments, double? Repeats);
}
