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

    /// <summary>How many parameters stand before the first that may be missing.</summary>
    public required int Length { get; init; }

    /// <summary>Whether all parameters are plain names.</summary>
    public required bool IsSimple { get; init; }

    /// <summary>What takes the arguments that are left; null for nothing.</summary>
    public required Target? Rest { get; init; }

    public required ExpressionNode? Value { get; init; }

    public required Statement? Body { get; init; }

    public required bool IsArrow { get; init; }

    /// <summary>Whether calling it gives a promise.</summary>
    public bool IsAsync { get; init; }

    /// <summary>Whether calling it gives an iterator.</summary>
    public bool IsGenerator { get; init; }

    /// <summary>Whether <c>new</c> can be said of it.</summary>
    public bool IsConstructor { get; init; }

    /// <summary>The slot of a function expression's own name; -1 for none.</summary>
    public required int SelfSlot { get; init; }

    /// <summary>The slot of <c>arguments</c>; -1 when the function does not ask for it.</summary>
    public required int ArgumentsSlot { get; init; }

    /// <summary>How many nodes it is made of: what one call costs.</summary>
    public required int Cost { get; init; }

    /// <summary>Whether something in it waits or yields.</summary>
    public bool Suspends => Body?.Suspends ?? Value!.Suspends;

    public JsValue Execute(Frame frame)
    {
        if (Value is not null) return Value.Evaluate(frame);
        if (Body!.Execute(frame) != Completion.Return) return default;
        return frame.Evaluator.TakeReturned();
    }

    public async ValueTask<JsValue> ExecuteAsync(Frame frame)
    {
        if (Value is not null) return await Value.EvaluateAsync(frame);
        if (await Body!.ExecuteAsync(frame) != Completion.Return) return default;
        return frame.Evaluator.TakeReturned();
    }
}

/// <summary>A function written in the expression, with the variables around it.</summary>
internal sealed class Closure(FunctionCode code, Frame frame) : JsFunction(code.Name, code.Length)
{
    private JsReference? _prototype;

    public FunctionCode Code => code;

    public override bool IsOpen => true;

    public override JsReference? PrototypeObject
    {
        get => _prototype ??= code.IsConstructor ? MakePrototype() : null;
        set => _prototype = value;
    }

    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments)
    {
        var context = code.IsArrow ? frame.Context : null;
        if (code.IsGenerator) return evaluator.Own(new JsGenerator(Enter(evaluator, self, context, arguments, new Coroutine(evaluator)), code));
        if (!code.IsAsync) return code.Execute(Enter(evaluator, self, context, arguments, null));
        return InvokeAsync(evaluator, self, context, arguments);
    }

    /// <summary>Makes an object with it.</summary>
    public override JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        if (!code.IsConstructor) throw JsThrow.Type($"{(Name.Length > 0 ? Name : "this function")} is not a constructor");
        var made = evaluator.NewObject();
        ObjectTraits.Of(made).Prototype = target.PrototypeObject;
        var result = Run(evaluator, made, new CallContext { NewTarget = target, Made = made }, arguments);
        return result.IsReference ? result : made;
    }

    /// <summary>Runs it as the body of a constructor.</summary>
    public JsValue Run(Evaluator evaluator, JsValue self, CallContext context, ReadOnlySpan<JsValue> arguments) => code.Execute(Enter(evaluator, self, context, arguments, null));

    private JsPromise InvokeAsync(Evaluator evaluator, JsValue self, CallContext? context, ReadOnlySpan<JsValue> arguments)
    {
        var depth = evaluator.Depth;
        var promise = evaluator.Own(new JsPromise());
        try
        {
            if (!code.Suspends) promise.Resolve(evaluator, code.Execute(Enter(evaluator, self, context, arguments, null)));
            else
            {
                var coroutine = new Coroutine(evaluator);
                coroutine.Ended = () =>
                {
                    if (coroutine.Failure is { } failure) promise.Reject(evaluator, failure);
                    else promise.Resolve(evaluator, coroutine.Value);
                };
                coroutine.Start(code, Enter(evaluator, self, context, arguments, coroutine));
            }
        }
        catch (Exception e) when (JsThrow.Of(evaluator, e) is not null)
        {
            evaluator.Depth = depth;
            evaluator.TakeReturned();
            promise.Reject(evaluator, JsThrow.Of(evaluator, e)!.From(evaluator));
        }

        return promise;
    }

    /// <summary>The frame of a call, with its parameters.</summary>
    private Frame Enter(Evaluator evaluator, JsValue self, CallContext? context, ReadOnlySpan<JsValue> arguments, Coroutine? coroutine)
    {
        evaluator.Step(code.Cost);
        evaluator.Allocate(64 + code.FrameSize * 16);
        var inner = new Frame(evaluator, frame, code.FrameSize, code.IsArrow ? frame.Self : self, context, coroutine);
        if (code.ArgumentsSlot >= 0) inner.Slots[code.ArgumentsSlot] = evaluator.NewArray(arguments);
        if (code.IsSimple) arguments[..Math.Min(arguments.Length, code.Parameters.Length)].CopyTo(inner.Slots);
        else
        {
            for (var i = 0; i < code.Parameters.Length; i++) code.Parameters[i].Assign(inner, arguments.At(i));
            code.Rest?.Assign(inner, evaluator.NewArray(arguments[Math.Min(code.Parameters.Length, arguments.Length)..]));
        }

        if (code.SelfSlot >= 0) inner.Slots[code.SelfSlot] = this;
        return inner;
    }

    private JsObject MakePrototype()
    {
        var evaluator = frame.Evaluator;
        var made = evaluator.NewObject();
        ObjectTraits.Hide(evaluator, made, "constructor", this);
        return made;
    }
}
