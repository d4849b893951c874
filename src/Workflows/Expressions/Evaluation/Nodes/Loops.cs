using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The body of a loop: it runs in a frame of its own for each turn when it makes functions that may remember the turn's variables.</summary>
/// <param name="labels">The labels before the loop.</param>
internal sealed class LoopBody(Statement statement, int ownFrameSize, int cost, string[] labels)
{
    public int Cost => cost;

    public bool Suspends => statement.Suspends;

    public Frame Enter(Frame frame) => ownFrameSize < 0 ? frame : frame.Turn(ownFrameSize);

    /// <summary>The frame of the next turn, which begins with this one's variables.</summary>
    public Frame Next(Frame frame, Frame turn)
    {
        if (ownFrameSize < 0) return turn;
        frame.Evaluator.Allocate(64 + ownFrameSize * 16);
        var next = frame.Turn(ownFrameSize);
        foreach (ref var variable in turn.Slots.AsSpan())
        {
            // Two frames cannot share a text that still grows.
            if (variable.AsLongText is { } text) variable = text.Read(frame.Evaluator);
        }

        turn.Slots.CopyTo(next.Slots, 0);
        return next;
    }

    /// <returns>Whether the loop goes on; otherwise <paramref name="completion"/> says how it ended.</returns>
    public bool Run(Frame turn, out Completion completion)
    {
        turn.Evaluator.Step(cost);
        completion = statement.Execute(turn);
        return GoesOn(turn.Evaluator, ref completion);
    }

    /// <returns>How the loop ended; null when it goes on.</returns>
    public async ValueTask<Completion?> RunAsync(Frame turn)
    {
        turn.Evaluator.Step(cost);
        var completion = await statement.ExecuteAsync(turn);
        return GoesOn(turn.Evaluator, ref completion) ? null : completion;
    }

    private bool GoesOn(Evaluator evaluator, ref Completion completion)
    {
        if (completion == Completion.Normal) return true;
        if (completion == Completion.Return) return false;
        if (evaluator.Label is { } label)
        {
            if (!labels.Contains(label)) return false;
            evaluator.Label = null;
        }

        if (completion == Completion.Continue) return true;
        completion = Completion.Normal;
        return false;
    }
}

internal sealed class ForStatement(Statement? start, ExpressionNode? condition, ExpressionNode? step, LoopBody body) : Statement
{
    public override bool Suspends { get; } = start?.Suspends == true || condition?.Suspends == true || step?.Suspends == true || body.Suspends;

    public override Completion Execute(Frame frame)
    {
        var turn = body.Enter(frame);
        start?.Execute(turn);
        while (condition is null || condition.Test(turn))
        {
            if (!body.Run(turn, out var completion)) return completion;
            turn = body.Next(frame, turn);
            step?.Evaluate(turn);
        }

        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        var turn = body.Enter(frame);
        if (start is not null) await start.ExecuteAsync(turn);
        while (condition is null || Coerce.ToBoolean(await condition.EvaluateAsync(turn)))
        {
            if (await body.RunAsync(turn) is { } completion) return completion;
            turn = body.Next(frame, turn);
            if (step is not null) await step.EvaluateAsync(turn);
        }

        return Completion.Normal;
    }
}

internal sealed class ForEachStatement(Target target, ExpressionNode source, bool overNames, bool awaits, LoopBody body) : Statement
{
    public override bool Suspends { get; } = awaits || source.Suspends || body.Suspends;

    public override Completion Execute(Frame frame)
    {
        foreach (var value in Values(frame.Evaluator, source.Evaluate(frame)))
        {
            var turn = body.Enter(frame);
            target.Assign(turn, value);
            if (!body.Run(turn, out var completion)) return completion;
        }

        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        var over = await source.EvaluateAsync(frame);
        if (awaits) return await ExecuteAwaiting(frame, over);
        foreach (var value in Values(frame.Evaluator, over))
        {
            var turn = body.Enter(frame);
            target.Assign(turn, value);
            if (await body.RunAsync(turn) is { } completion) return completion;
        }

        return Completion.Normal;
    }

    private IEnumerable<JsValue> Values(Evaluator evaluator, JsValue over) =>
        overNames ? Properties.EnumerableNames(evaluator, over).Select(n => (JsValue)n) : Iteration.Of(evaluator, over);

    private async ValueTask<Completion> ExecuteAwaiting(Frame frame, JsValue over)
    {
        var evaluator = frame.Evaluator;
        var iterator = Iteration.Open(evaluator, over, isAsync: true);
        var open = true;
        try
        {
            while (true)
            {
                var result = await AwaitNode.For(frame, iterator.Next(default));
                if (Coerce.ToBoolean(Properties.Get(evaluator, result, "done")))
                {
                    open = false;
                    return Completion.Normal;
                }

                var turn = body.Enter(frame);
                var value = Properties.Get(evaluator, result, "value");
                target.Assign(turn, iterator.IsAsync ? value : await AwaitNode.For(frame, value));
                if (await body.RunAsync(turn) is { } completion) return completion;
            }
        }
        finally
        {
            if (open) iterator.Return();
        }
    }
}

internal sealed class WhileStatement(ExpressionNode condition, LoopBody body, bool testsLast) : Statement
{
    public override bool Suspends { get; } = condition.Suspends || body.Suspends;

    public override Completion Execute(Frame frame)
    {
        for (var first = testsLast; ; first = false)
        {
            if (!first && !condition.Test(frame)) return Completion.Normal;
            if (!body.Run(body.Enter(frame), out var completion)) return completion;
        }
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        for (var first = testsLast; ; first = false)
        {
            if (!first && !Coerce.ToBoolean(await condition.EvaluateAsync(frame))) return Completion.Normal;
            if (await body.RunAsync(body.Enter(frame)) is { } completion) return completion;
        }
    }
}
