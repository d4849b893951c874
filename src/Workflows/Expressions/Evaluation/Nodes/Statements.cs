namespace Sluice.Workflows.Expressions.Evaluation;

internal sealed class BlockStatement(Statement[] statements) : Statement
{
    public override bool Suspends { get; } = statements.Any(s => s.Suspends);

    public override Completion Execute(Frame frame)
    {
        foreach (var statement in statements)
        {
            var completion = statement.Execute(frame);
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        foreach (var statement in statements)
        {
            var completion = statement.Suspends ? await statement.ExecuteAsync(frame) : statement.Execute(frame);
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }
}

internal sealed class ExpressionStatement(ExpressionNode expression) : Statement
{
    public override bool Suspends => expression.Suspends;

    public override Completion Execute(Frame frame)
    {
        if (expression is AppendNode append) append.Append(frame);
        else expression.Evaluate(frame);
        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        await expression.EvaluateAsync(frame);
        return Completion.Normal;
    }
}

internal sealed class DeclarationStatement((Target Target, ExpressionNode Value)[] variables) : Statement
{
    public override bool Suspends { get; } = variables.Any(v => v.Value.Suspends);

    public override Completion Execute(Frame frame)
    {
        foreach (var (target, value) in variables) target.Assign(frame, value.Evaluate(frame));
        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        foreach (var (target, value) in variables) target.Assign(frame, await value.EvaluateAsync(frame));
        return Completion.Normal;
    }
}

internal sealed class IfStatement(ExpressionNode condition, Statement then, Statement? otherwise) : Statement
{
    public override bool Suspends { get; } = condition.Suspends || then.Suspends || otherwise?.Suspends == true;

    public override Completion Execute(Frame frame) =>
        condition.Test(frame) ? then.Execute(frame) : otherwise?.Execute(frame) ?? Completion.Normal;

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        if (Coerce.ToBoolean(await condition.EvaluateAsync(frame))) return await then.ExecuteAsync(frame);
        return otherwise is null ? Completion.Normal : await otherwise.ExecuteAsync(frame);
    }
}

internal sealed class ReturnStatement(ExpressionNode? value) : Statement
{
    public override bool Suspends => value?.Suspends == true;

    public override Completion Execute(Frame frame)
    {
        frame.Evaluator.Returned = value?.Evaluate(frame) ?? default;
        return Completion.Return;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        frame.Evaluator.Returned = await value!.EvaluateAsync(frame);
        return Completion.Return;
    }
}

/// <summary><c>break</c> and <c>continue</c>.</summary>
internal sealed class JumpStatement(Completion completion, string? label) : Statement
{
    public override Completion Execute(Frame frame)
    {
        frame.Evaluator.Label = label;
        return completion;
    }
}

/// <summary>A statement that <c>break</c> can name. A loop minds its own labels.</summary>
internal sealed class LabeledStatement(string label, Statement statement) : Statement
{
    public override bool Suspends => statement.Suspends;

    public override Completion Execute(Frame frame) => After(frame, statement.Execute(frame));

    public override async ValueTask<Completion> ExecuteAsync(Frame frame) => After(frame, await statement.ExecuteAsync(frame));

    private Completion After(Frame frame, Completion completion)
    {
        if (completion != Completion.Break || frame.Evaluator.Label != label) return completion;
        frame.Evaluator.Label = null;
        return Completion.Normal;
    }
}

internal sealed class ThrowStatement(ExpressionNode value) : Statement
{
    public override bool Suspends => value.Suspends;

    public override Completion Execute(Frame frame) => throw new JsThrow(value.Evaluate(frame));

    public override async ValueTask<Completion> ExecuteAsync(Frame frame) => throw new JsThrow(await value.EvaluateAsync(frame));
}

internal sealed class SwitchStatement(ExpressionNode subject, (ExpressionNode? Test, Statement Body)[] cases) : Statement
{
    public override bool Suspends { get; } = subject.Suspends || cases.Any(c => c.Test?.Suspends == true || c.Body.Suspends);

    public override Completion Execute(Frame frame)
    {
        var value = subject.Evaluate(frame);
        var at = Array.FindIndex(cases, c => c.Test is not null && Operators.StrictEquals(value, c.Test.Evaluate(frame)));
        if (at < 0) at = Array.FindIndex(cases, c => c.Test is null);
        for (; at >= 0 && at < cases.Length; at++)
        {
            var completion = cases[at].Body.Execute(frame);
            if (completion == Completion.Break && frame.Evaluator.Label is null) return Completion.Normal;
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        var value = await subject.EvaluateAsync(frame);
        var at = -1;
        for (var i = 0; i < cases.Length && at < 0; i++)
            if (cases[i].Test is { } test && Operators.StrictEquals(value, await test.EvaluateAsync(frame))) at = i;
        if (at < 0) at = Array.FindIndex(cases, c => c.Test is null);
        for (; at >= 0 && at < cases.Length; at++)
        {
            var completion = await cases[at].Body.ExecuteAsync(frame);
            if (completion == Completion.Break && frame.Evaluator.Label is null) return Completion.Normal;
            if (completion != Completion.Normal) return completion;
        }

        return Completion.Normal;
    }
}

/// <summary>A statement of a script: an error that happens in it says its line.</summary>
internal sealed class PlacedStatement(Statement statement, int position) : Statement
{
    public override bool Suspends => statement.Suspends;

    public override Completion Execute(Frame frame)
    {
        frame.Evaluator.Position = position;
        return statement.Execute(frame);
    }

    public override ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        frame.Evaluator.Position = position;
        return statement.ExecuteAsync(frame);
    }
}
