using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The body of a loop: it runs in a frame of its own for each turn when it makes functions that may remember the turn's variables.</summary>
internal sealed class LoopBody(Statement statement, int ownFrameSize, int cost)
{
    public int Cost => cost;

    public Frame Enter(Frame frame) => ownFrameSize < 0 ? frame : new Frame(frame.Evaluator, frame, ownFrameSize, frame.Self);

    /// <summary>The frame of the next turn, which begins with this one's variables.</summary>
    public Frame Next(Frame frame, Frame turn)
    {
        if (ownFrameSize < 0) return turn;
        frame.Evaluator.Allocate(64 + ownFrameSize * 16);
        var next = new Frame(frame.Evaluator, frame, ownFrameSize, frame.Self);
        turn.Slots.CopyTo(next.Slots, 0);
        return next;
    }

    /// <returns>Whether the loop goes on; otherwise <paramref name="completion"/> says how it ended.</returns>
    public bool Run(Frame turn, out Completion completion)
    {
        turn.Evaluator.Step(cost);
        completion = statement.Execute(turn);
        if (completion is Completion.Normal or Completion.Continue) return true;
        if (completion == Completion.Break) completion = Completion.Normal;
        return false;
    }
}

internal sealed class ForStatement(Statement? start, ExpressionNode? condition, ExpressionNode? step, LoopBody body) : Statement
{
    public override Completion Execute(Frame frame)
    {
        var turn = body.Enter(frame);
        start?.Execute(turn);
        while (condition is null || Coerce.ToBoolean(condition.Evaluate(turn)))
        {
            if (!body.Run(turn, out var completion)) return completion;
            turn = body.Next(frame, turn);
            step?.Evaluate(turn);
        }

        return Completion.Normal;
    }
}

internal sealed class ForEachStatement(Target target, ExpressionNode source, bool overNames, bool awaits, LoopBody body) : Statement
{
    public override Completion Execute(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var over = source.Evaluate(frame);
        var values = overNames ? Properties.OwnNames(evaluator, over).Select(n => (JsValue)n) : Iteration.Of(evaluator, over);
        foreach (var value in values)
        {
            var turn = body.Enter(frame);
            target.Assign(turn, awaits ? evaluator.Jobs!.Await(evaluator, value) : value);
            if (!body.Run(turn, out var completion)) return completion;
        }

        return Completion.Normal;
    }
}

internal sealed class WhileStatement(ExpressionNode condition, LoopBody body, bool testsLast) : Statement
{
    public override Completion Execute(Frame frame)
    {
        for (var first = testsLast; ; first = false)
        {
            if (!first && !Coerce.ToBoolean(condition.Evaluate(frame))) return Completion.Normal;
            if (!body.Run(body.Enter(frame), out var completion)) return completion;
        }
    }
}
