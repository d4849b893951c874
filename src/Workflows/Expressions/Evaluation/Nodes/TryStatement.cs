namespace Sluice.Workflows.Expressions.Evaluation;

internal sealed class TryStatement(Statement body, Target? parameter, Statement? handler, Statement? last) : Statement
{
    /// <summary>What an exception costs, in steps.</summary>
    private const int CatchCost = 1500;

    public override bool Suspends { get; } = body.Suspends || handler?.Suspends == true || last?.Suspends == true;

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
            pending = Caught(evaluator, e, depth);
            completion = Completion.Normal;
        }

        if (pending is not null && handler is not null)
        {
            var thrown = pending;
            pending = null;
            try
            {
                parameter?.Assign(frame, thrown.Value);
                completion = handler.Execute(frame);
            }
            catch (Exception e) when (last is not null && JsThrow.Of(evaluator, e) is not null)
            {
                pending = Caught(evaluator, e, depth);
            }
        }

        if (last is not null)
        {
            var (returned, label) = (evaluator.Returned, evaluator.Label);
            var end = last.Execute(frame);
            if (end != Completion.Normal) return end;
            (evaluator.Returned, evaluator.Label) = (returned, label);
        }

        return pending is null ? completion : throw pending;
    }

    public override async ValueTask<Completion> ExecuteAsync(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var depth = evaluator.Depth;
        var completion = Completion.Normal;
        Exception? pending = null;
        try
        {
            completion = await body.ExecuteAsync(frame);
        }
        catch (GeneratorReturn returns) when (last is not null)
        {
            pending = returns;
        }
        catch (Exception e) when (JsThrow.Of(evaluator, e) is not null)
        {
            pending = Caught(evaluator, e, depth);
        }

        if (pending is JsThrow thrown && handler is not null)
        {
            pending = null;
            try
            {
                parameter?.Assign(frame, thrown.Value);
                completion = await handler.ExecuteAsync(frame);
            }
            catch (GeneratorReturn returns) when (last is not null)
            {
                pending = returns;
            }
            catch (Exception e) when (last is not null && JsThrow.Of(evaluator, e) is not null)
            {
                pending = Caught(evaluator, e, depth);
            }
        }

        if (last is not null)
        {
            var (returned, label) = (evaluator.Returned, evaluator.Label);
            var end = await last.ExecuteAsync(frame);
            if (end != Completion.Normal) return end;
            (evaluator.Returned, evaluator.Label) = (returned, label);
        }

        return pending is null ? completion : throw pending;
    }

    private static JsThrow Caught(Evaluator evaluator, Exception exception, int depth)
    {
        evaluator.Step(CatchCost);
        evaluator.Depth = depth;
        return JsThrow.Of(evaluator, exception)!.From(evaluator);
    }
}
