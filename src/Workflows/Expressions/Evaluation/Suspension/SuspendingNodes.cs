using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An expression in which something waits or yields. The compiler leaves only a few kinds of them: of all others it takes the parts out first.</summary>
internal abstract class SuspendingNode : ExpressionNode
{
    public sealed override bool Suspends => true;

    public sealed override JsValue Evaluate(Frame frame) => throw JsThrow.Syntax("nothing can wait or yield here");

    public abstract override ValueTask<JsValue> EvaluateAsync(Frame frame);
}

/// <summary><c>await</c>.</summary>
internal sealed class AwaitNode(ExpressionNode promise) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame) => await For(frame, await promise.EvaluateAsync(frame));

    /// <summary>The value of a promise; anything else is its own, a turn later.</summary>
    public static async ValueTask<JsValue> For(Frame frame, JsValue value)
    {
        var (evaluator, coroutine) = (frame.Evaluator, frame.Coroutine!);
        var awaited = PromiseLibrary.Of(evaluator, value);
        awaited.WhenSettled(evaluator, () => coroutine.Resume(awaited.Failure is null ? Resumption.Next : Resumption.Throw, awaited.Value, awaited.Failure));
        return await coroutine;
    }
}

/// <summary><c>yield</c>.</summary>
/// <param name="isAsync">Whether the generator is also async.</param>
internal sealed class YieldNode(ExpressionNode value, bool isAsync) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        var yielded = await value.EvaluateAsync(frame);
        return await Hand(frame, isAsync ? await AwaitNode.For(frame, yielded) : yielded);
    }

    public static async ValueTask<JsValue> Hand(Frame frame, JsValue value)
    {
        frame.Coroutine!.Value = value;
        frame.Coroutine.Yielded?.Invoke();
        return await frame.Coroutine;
    }
}

/// <summary><c>yield*</c>.</summary>
internal sealed class YieldAllNode(ExpressionNode source, bool isAsync) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var over = await source.EvaluateAsync(frame);
        var iterator = Iteration.Open(evaluator, over, isAsync);
        var sent = default(JsValue);
        var open = true;
        try
        {
            while (true)
            {
                var result = iterator.Next(sent);
                if (isAsync) result = await AwaitNode.For(frame, result);
                if (Coerce.ToBoolean(Properties.Get(evaluator, result, "done")))
                {
                    open = false;
                    return Properties.Get(evaluator, result, "value");
                }

                var value = Properties.Get(evaluator, result, "value");
                sent = await YieldNode.Hand(frame, isAsync && !iterator.IsAsync ? await AwaitNode.For(frame, value) : value);
            }
        }
        finally
        {
            if (open) iterator.Return();
        }
    }
}

/// <summary>The parts that were taken out of an expression, one after the other, each into a variable; then the rest of it.</summary>
internal sealed class HoistedNode((int Slot, ExpressionNode Value)[] parts, ExpressionNode rest) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        foreach (var (slot, value) in parts) frame.Slots[slot] = value.Suspends ? await value.EvaluateAsync(frame) : value.Evaluate(frame);
        return rest.Suspends ? await rest.EvaluateAsync(frame) : rest.Evaluate(frame);
    }
}

/// <summary><c>&amp;&amp;</c>, <c>||</c> and <c>??</c>.</summary>
/// <param name="goesOn">Whether the right side is evaluated after this value of the left.</param>
internal sealed class SuspendingLogicNode(ExpressionNode left, ExpressionNode right, Func<JsValue, bool> goesOn) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        var value = await left.EvaluateAsync(frame);
        return goesOn(value) ? await right.EvaluateAsync(frame) : value;
    }
}

internal sealed class SuspendingConditionNode(ExpressionNode condition, ExpressionNode then, ExpressionNode otherwise) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame) =>
        Coerce.ToBoolean(await condition.EvaluateAsync(frame)) ? await then.EvaluateAsync(frame) : await otherwise.EvaluateAsync(frame);
}

internal sealed class SuspendingSequenceNode(ExpressionNode[] parts) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        JsValue value = default;
        foreach (var part in parts) value = await part.EvaluateAsync(frame);
        return value;
    }
}

/// <summary>A value that is given to a variable or taken apart into several.</summary>
internal sealed class SuspendingAssignNode(Target target, ExpressionNode value) : SuspendingNode
{
    public override async ValueTask<JsValue> EvaluateAsync(Frame frame)
    {
        var assigned = await value.EvaluateAsync(frame);
        target.Assign(frame, assigned);
        return assigned;
    }
}
