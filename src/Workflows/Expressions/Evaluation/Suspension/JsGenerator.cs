using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>What calling a generator gives: an iterator over what it yields, one by promises when the function is also async.</summary>
internal sealed class JsGenerator(Frame frame, FunctionCode code) : LibraryObject(code.IsAsync ? AsyncMethods : Methods)
{
    private static readonly MethodTable Methods = new MethodTable.Builder()
        .Add("next", 1, (e, self, a) => Of(self).Go(e, Resumption.Next, a.At(0)))
        .Add("return", 1, (e, self, a) => Of(self).Go(e, Resumption.Return, a.At(0)))
        .Add("throw", 1, (e, self, a) => Of(self).Go(e, Resumption.Throw, a.At(0)))
        .Add(JsSymbol.Iterator.Key, 0, (_, self, _) => self)
        .Add("toString", 0, (_, _, _) => "[object Generator]")
        .Build();

    private static readonly MethodTable AsyncMethods = new MethodTable.Builder()
        .Add("next", 1, (e, self, a) => Of(self).Ask(e, Resumption.Next, a.At(0)))
        .Add("return", 1, (e, self, a) => Of(self).Ask(e, Resumption.Return, a.At(0)))
        .Add("throw", 1, (e, self, a) => Of(self).Ask(e, Resumption.Throw, a.At(0)))
        .Add(JsSymbol.AsyncIterator.Key, 0, (_, self, _) => self)
        .Add("toString", 0, (_, _, _) => "[object AsyncGenerator]")
        .Build();

    private readonly Coroutine _coroutine = frame.Coroutine!;
    private readonly Queue<(Resumption Resumption, JsValue Value, JsPromise Promise)> _asked = new();
    private bool _hasBegun, _failed;
    private JsPromise? _answering;

    public override string TypeName => code.IsAsync ? "AsyncGenerator" : "Generator";

    private JsValue Go(Evaluator e, Resumption resumption, JsValue value)
    {
        Continue(e, resumption, value);
        if (_coroutine.Failure is { } failure && TakeFailure()) throw failure;
        return Iteration.Result(e, _coroutine.HasEnded ? TakeLast() : _coroutine.Value, _coroutine.HasEnded);
    }

    private void Continue(Evaluator e, Resumption resumption, JsValue value)
    {
        if (_coroutine.IsRunning) throw JsThrow.Type("Generator is already running");
        if (_hasBegun && !_coroutine.HasEnded) _coroutine.Resume(resumption, value);
        else if (_hasBegun || resumption != Resumption.Next)
        {
            (_hasBegun, _failed, _coroutine.Value) = (true, true, resumption == Resumption.Return ? value : default);
            _coroutine.Cancel();
            if (resumption == Resumption.Throw) throw new JsThrow(value);
        }
        else
        {
            _hasBegun = true;
            _coroutine.Start(code, frame);
        }
    }

    /// <summary>Its failure is thrown once; afterwards it has simply ended.</summary>
    private bool TakeFailure()
    {
        var first = !_failed;
        _failed = true;
        return first;
    }

    private JsValue TakeLast()
    {
        var last = _coroutine.Value;
        _coroutine.Value = default;
        return last;
    }

    private JsPromise Ask(Evaluator e, Resumption resumption, JsValue value)
    {
        var promise = e.Own(new JsPromise());
        _asked.Enqueue((resumption, value, promise));
        if (_answering is null) Serve(e);
        return promise;
    }

    /// <summary>Answers what it was asked, one after the other.</summary>
    private void Serve(Evaluator e)
    {
        while (_answering is null && _asked.TryDequeue(out var asked))
        {
            _answering = asked.Promise;
            _coroutine.Ended = () => Answer(e);
            _coroutine.Yielded = () => Answer(e);
            try
            {
                Continue(e, asked.Resumption, asked.Value);
                if (_coroutine.HasEnded) Answer(e);
            }
            catch (JsThrow thrown)
            {
                var promise = _answering;
                _answering = null;
                promise?.Reject(e, thrown);
            }
        }
    }

    /// <summary>Gives the value that was yielded, or the end, to whoever asked for it.</summary>
    public void Answer(Evaluator e)
    {
        if (_answering is not { } promise) return;
        _answering = null;
        if (_coroutine.Failure is { } failure && _coroutine.HasEnded && TakeFailure()) promise.Reject(e, failure);
        else promise.Resolve(e, Iteration.Result(e, _coroutine.HasEnded ? TakeLast() : _coroutine.Value, _coroutine.HasEnded));
        if (_asked.Count > 0) e.Jobs!.Add(() => Serve(e));
    }

    private static JsGenerator Of(JsValue self) => self.AsReference as JsGenerator ?? throw JsThrow.Type("this is not a generator");
}
