using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Scripts;

/// <summary>Promise.</summary>
internal static class PromiseLibrary
{
    public static MethodTable Methods { get; } = new MethodTable.Builder()
        .Add("then", 2, (e, self, a) => Then(e, Promise(self), a.At(0), a.At(1)))
        .Add("catch", 1, (e, self, a) => Then(e, Promise(self), default, a.At(0)))
        .Add("finally", 1, (e, self, a) => a.At(0).AsReference is JsFunction last ? Finally(e, Promise(self), last) : Then(e, Promise(self), default, default))
        .Add("toString", 0, (_, _, _) => "[object Promise]")
        .Build();

    private static readonly MethodTable Statics = new MethodTable.Builder()
        .Add("resolve", 1, (e, _, a) => Of(e, a.At(0)))
        .Add("reject", 1, (e, _, a) =>
        {
            var promise = e.Own(new JsPromise());
            promise.Reject(e, new JsThrow(a.At(0)));
            return promise;
        })
        .Add("all", 1, (e, _, a) => Collect(e, a.At(0), (own, values, left) => (i, one) =>
        {
            if (one.Failure is { } failure)
            {
                own.Reject(e, failure);
                return;
            }

            values[i] = one.Value;
            if (--left.Value == 0) own.Resolve(e, values);
        }))
        .Add("allSettled", 1, (e, _, a) => Collect(e, a.At(0), (own, values, left) => (i, one) =>
        {
            var outcome = e.NewObject(2);
            outcome.Set("status", one.Failure is null ? "fulfilled" : "rejected");
            if (one.Failure is { } failure) outcome.Set("reason", failure.Value);
            else outcome.Set("value", one.Value);
            values[i] = outcome;
            if (--left.Value == 0) own.Resolve(e, values);
        }))
        .Add("any", 1, (e, _, a) => Collect(e, a.At(0), (own, values, left) => (i, one) =>
        {
            if (one.Failure is null) own.Resolve(e, one.Value);
            else
            {
                values[i] = one.Failure.Value;
                if (--left.Value == 0) own.Reject(e, new JsThrow(ErrorLibrary.Aggregate.Construct(e, [values, "All promises were rejected"], ErrorLibrary.Aggregate)));
            }
        }))
        .Add("withResolvers", 0, (e, _, _) =>
        {
            var promise = e.Own(new JsPromise());
            var (resolve, reject) = promise.Functions();
            var result = e.NewObject(3);
            result.Set("promise", promise);
            result.Set("resolve", resolve);
            result.Set("reject", reject);
            return result;
        })
        .Add("race", 1, (e, _, a) => Collect(e, a.At(0), (own, _, _) => (_, one) =>
        {
            if (one.Failure is { } failure) own.Reject(e, failure);
            else own.Resolve(e, one.Value);
        }, resolvesEmpty: false))
        .Build();

    public static NativeConstructor Constructor { get; } = new("Promise", 1, Statics, null, (e, _, a) =>
    {
        var executor = FunctionLibrary.Function(a.At(0));
        var promise = e.Own(new JsPromise());
        var (resolve, reject) = promise.Functions();
        Try(e, promise, () => e.Call(executor, resolve, reject));
        return promise;
    }, v => v.Kind == JsKind.Promise);

    private static JsPromise Promise(JsValue value) => value.AsReference as JsPromise ?? throw JsThrow.Type("this is not a promise");

    /// <summary>A promise of a value; a promise stands for itself.</summary>
    public static JsPromise Of(Evaluator e, JsValue value)
    {
        if (value.AsReference is JsPromise already) return already;
        var promise = e.Own(new JsPromise());
        promise.Resolve(e, value);
        return promise;
    }

    private static JsPromise Then(Evaluator e, JsPromise self, JsValue fulfilled, JsValue rejected)
    {
        var next = e.Own(new JsPromise());
        self.WhenSettled(e, () =>
        {
            var handler = (self.Failure is null ? fulfilled : rejected).AsReference as JsFunction;
            if (handler is not null) Try(e, next, () => next.Resolve(e, e.Call(handler, self.Failure is { } failure ? failure.Value : self.Value)));
            else if (self.Failure is { } failure) next.Reject(e, failure);
            else next.Resolve(e, self.Value);
        });
        return next;
    }

    private static JsPromise Finally(Evaluator e, JsPromise self, JsFunction last)
    {
        var next = e.Own(new JsPromise());
        self.WhenSettled(e, () => Try(e, next, () =>
        {
            var waits = Of(e, e.Call(last, default, []));
            waits.WhenSettled(e, () =>
            {
                // As by the two functions that the language puts in here, one turn later.
                e.Jobs!.Add(() =>
                {
                    if ((waits.Failure ?? self.Failure) is { } failure) next.Reject(e, failure);
                    else next.Resolve(e, self.Value);
                });
            });
        }));
        return next;
    }

    private static JsPromise Collect(Evaluator e, JsValue list, Func<JsPromise, JsArray, Counter, Action<int, JsPromise>> reaction, bool resolvesEmpty = true)
    {
        var promises = Iteration.Of(e, list).Select(v => Of(e, v)).ToArray();
        var own = e.Own(new JsPromise());
        var values = e.NewArray(promises.Length);
        for (var i = 0; i < promises.Length; i++) values.Add(default);
        var settled = reaction(own, values, new Counter { Value = promises.Length });
        for (var i = 0; i < promises.Length; i++)
        {
            var (at, one) = (i, promises[i]);
            one.WhenSettled(e, () => settled(at, one));
        }

        if (promises.Length == 0 && resolvesEmpty) own.Resolve(e, values);
        return own;
    }

    /// <summary>Does something whose failure is the promise's.</summary>
    public static void Try(Evaluator e, JsPromise promise, Action work)
    {
        var depth = e.Depth;
        try
        {
            work();
        }
        catch (Exception failure) when (JsThrow.Of(e, failure) is not null)
        {
            e.Depth = depth;
            promise.Reject(e, JsThrow.Of(e, failure)!);
        }
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
