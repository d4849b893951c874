using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>A value that may come later.</summary>
internal sealed class JsPromise : JsReference
{
    private List<Action>? _reactions;
    private bool _taken;

    public override JsKind Kind => JsKind.Promise;

    public bool IsSettled { get; private set; }

    /// <summary>Why there will be no value; null when there is one, or none yet.</summary>
    public JsThrow? Failure { get; private set; }

    public JsValue Value { get; private set; }

    /// <summary>Whether anybody learns of its failure.</summary>
    public bool IsHandled { get; private set; }

    public void Resolve(Evaluator e, JsValue value)
    {
        if (_taken) return;
        _taken = true;
        if (value.AsReference is JsPromise other)
        {
            if (ReferenceEquals(other, this)) Settle(e, default, JsThrow.Type("Chaining cycle detected for promise #<Promise>"));
            else
            {
                // Whoever resolves with a promise waits a turn before it even listens to it.
                other.Handle();
                e.Jobs!.Add(() => other.WhenSettled(e, () => Settle(e, other.Value, other.Failure)));
            }
        }
        else if (value.AsObject is { } thenable && (thenable.Traits is not null || thenable.Contains("then"))) ResolveWith(e, thenable);
        else Settle(e, value, null);
    }

    /// <summary>The functions that settle it, as its constructor hands them out.</summary>
    public (NativeFunction Resolve, NativeFunction Reject) Functions() => (
        new NativeFunction("resolve", 1, (e, _, a) =>
        {
            Resolve(e, a.At(0));
            return default;
        }),
        new NativeFunction("reject", 1, (e, _, a) =>
        {
            Reject(e, new JsThrow(a.At(0)));
            return default;
        }));

    /// <summary>Listens to something that has a method <c>then</c> like a promise.</summary>
    private void ResolveWith(Evaluator e, JsObject thenable)
    {
        try
        {
            if (Properties.Get(e, thenable, "then").AsReference is not JsFunction then)
            {
                Settle(e, thenable, null);
                return;
            }

            e.Jobs!.Add(() =>
            {
                _taken = false;
                var (resolve, reject) = Functions();
                PromiseLibrary.Try(e, this, () => e.Call(then, thenable, [resolve, reject]));
            });
        }
        catch (Exception failure) when (JsThrow.Of(e, failure) is not null)
        {
            Settle(e, default, JsThrow.Of(e, failure));
        }
    }

    public void Reject(Evaluator e, JsThrow failure)
    {
        if (_taken) return;
        _taken = true;
        Settle(e, default, failure);
    }

    /// <summary>Does something once it is settled; never before the code that is running has ended or waits.</summary>
    public void WhenSettled(Evaluator e, Action reaction)
    {
        IsHandled = true;
        e.Allocate(96);
        e.Step(8);
        if (IsSettled) e.Jobs!.Add(reaction);
        else (_reactions ??= []).Add(reaction);
    }

    /// <summary>Marks its failure as known.</summary>
    public void Handle() => IsHandled = true;

    internal override JsValue ToJson() => new JsObject();

    public override string ToString() => "[object Promise]";

    private void Settle(Evaluator e, JsValue value, JsThrow? failure)
    {
        (Value, Failure, IsSettled) = (value, failure, true);
        if (failure is not null) e.Jobs!.Failed(this);
        foreach (var reaction in _reactions ?? []) e.Jobs!.Add(reaction);
        _reactions = null;
    }
}
