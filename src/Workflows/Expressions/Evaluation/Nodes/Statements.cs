namespace Sluice.Workflows.Expressions.Evaluation;

internal sealed class BlockStatement(Statement[] statements) : Statement
{
    public override Completion Execute(Frame frame)
    {
        foreach (var statement in statements)
        {
            var completion = statement.Execute(frame);
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }
}

internal sealed class ExpressionStatement(ExpressionNode expression) : Statement
{
    public override Completion Execute(Frame frame)
    {
        expression.Evaluate(frame);
        return Completion.Normal;
    }
}

internal sealed class DeclarationStatement((Target Target, ExpressionNode Value)[] variables) : Statement
{
    public override Completion Execute(Frame frame)
    {
        foreach (var (target, value) in variables) target.Assign(frame, value.Evaluate(frame));
        return Completion.Normal;
    }
}

internal sealed class IfStatement(ExpressionNode condition, Statement then, Statement? otherwise) : Statement
{
    public override Completion Execute(Frame frame) =>
        Coerce.ToBoolean(condition.Evaluate(frame)) ? then.Execute(frame) : otherwise?.Execute(frame) ?? Completion.Normal;
}

internal sealed class ReturnStatement(ExpressionNode? value) : Statement
{
    public override Completion Execute(Frame frame)
    {
        frame.Evaluator.Returned = value?.Evaluate(frame) ?? default;
        return Completion.Return;
    }
}

internal sealed class JumpStatement(Completion completion) : Statement
{
    public override Completion Execute(Frame frame) => completion;
}

internal sealed class ThrowStatement(ExpressionNode value) : Statement
{
    public override Completion Execute(Frame frame) => throw new JsThrow(value.Evaluate(frame));
}

internal sealed class SwitchStatement(ExpressionNode subject, (ExpressionNode? Test, Statement Body)[] cases) : Statement
{
    public override Completion Execute(Frame frame)
    {
        var value = subject.Evaluate(frame);
        var at = Array.FindIndex(cases, c => c.Test is not null && Operators.StrictEquals(value, c.Test.Evaluate(frame)));
        if (at < 0) at = Array.FindIndex(cases, c => c.Test is null);
        for (; at >= 0 && at < cases.Length; at++)
        {
            var completion = cases[at].Body.Execute(frame);
            if (completion == Completion.Break) return Completion.Normal;
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }
}

internal sealed class TryStatement(Statement body, Target? parameter, Statement? handler, Statement? last) : Statement
{
    /// <summary>What an exception costs, in steps.</summary>
    private const int CatchCost = 1500;

    public override Completion Execute(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var depth = evaluator.Depth;
        Completion completion;
        JsThrow? pending = null;
        try
        {
            completion = body.Execute(frame);
        }
        catch (Exception e) when (JsThrow.Of(evaluator, e) is not null)
        {
            var thrown = JsThrow.Of(evaluator, e)!;
            evaluator.Step(CatchCost);
            evaluator.Depth = depth;
            completion = Completion.Normal;
            if (handler is null) pending = thrown;
            else if (last is null) return Handle(frame, thrown);
            else
            {
                try
                {
                    completion = Handle(frame, thrown);
                }
                catch (Exception again) when (JsThrow.Of(evaluator, again) is not null)
                {
                    evaluator.Step(CatchCost);
                    evaluator.Depth = depth;
                    pending = JsThrow.Of(evaluator, again);
                }
            }
        }

        if (last is null) return completion;
        var returned = evaluator.Returned;
        var end = last.Execute(frame);
        if (end != Completion.Normal) return end;
        if (pending is not null) throw pending;
        evaluator.Returned = returned;
        return completion;
    }

    private Completion Handle(Frame frame, JsThrow thrown)
    {
        parameter?.Assign(frame, thrown.Value);
        return handler!.Execute(frame);
    }
}

/// <summary>A statement of a script: an error that happens in it says its line.</summary>
internal sealed class PlacedStatement(Statement statement, int position) : Statement
{
    public override Completion Execute(Frame frame)
    {
        frame.Evaluator.Position = position;
        return statement.Execute(frame);
    }
}
