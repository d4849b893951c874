using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>What a function written in the expression does, compiled.</summary>
internal sealed class FunctionCode
{
    public required string Name { get; init; }

    public required int FrameSize { get; init; }

    /// <summary>Where each parameter goes; a plain name at the index i has the slot i.</summary>
    public required Target[] Parameters { get; init; }

    /// <summary>Whether all parameters are plain names.</summary>
    public required bool IsSimple { get; init; }

    /// <summary>What takes the arguments that are left; null for nothing.</summary>
    public required Target? Rest { get; init; }

    public required ExpressionNode? Value { get; init; }

    public required Statement? Body { get; init; }

    public required bool IsArrow { get; init; }

    /// <summary>Whether calling it gives a promise.</summary>
    public bool IsAsync { get; init; }

    /// <summary>The slot of a function expression's own name; -1 for none.</summary>
    public required int SelfSlot { get; init; }

    /// <summary>How many nodes it is made of: what one call costs.</summary>
    public required int Cost { get; init; }
}

/// <summary>A function written in the expression, with the variables around it.</summary>
internal sealed class Closure(FunctionCode code, Frame frame) : JsFunction(code.Name, code.Parameters.Length)
{
    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments)
    {
        if (!code.IsAsync) return Run(evaluator, self, arguments);
        var depth = evaluator.Depth;
        var promise = evaluator.Own(new JsPromise());
        try
        {
            promise.Resolve(evaluator, Run(evaluator, self, arguments));
        }
        catch (Exception e) when (JsThrow.Of(evaluator, e) is not null)
        {
            evaluator.Depth = depth;
            evaluator.Returned = default;
            promise.Reject(evaluator, JsThrow.Of(evaluator, e)!);
        }

        return promise;
    }

    private JsValue Run(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments)
    {
        evaluator.Step(code.Cost);
        evaluator.Allocate(64 + code.FrameSize * 16);
        var inner = new Frame(evaluator, frame, code.FrameSize, code.IsArrow ? frame.Self : self);
        if (code.IsSimple) arguments[..Math.Min(arguments.Length, code.Parameters.Length)].CopyTo(inner.Slots);
        else
        {
            for (var i = 0; i < code.Parameters.Length; i++) code.Parameters[i].Assign(inner, arguments.At(i));
            code.Rest?.Assign(inner, evaluator.NewArray(arguments[Math.Min(code.Parameters.Length, arguments.Length)..]));
        }

        if (code.SelfSlot >= 0) inner.Slots[code.SelfSlot] = this;
        if (code.Value is { } value) return value.Evaluate(inner);
        if (code.Body!.Execute(inner) != Completion.Return) return default;
        var result = evaluator.Returned;
        evaluator.Returned = default;
        return result;
    }
}
