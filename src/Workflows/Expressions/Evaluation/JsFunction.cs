using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Something that can be called: a method of the library, or a function written in the expression.</summary>
internal abstract class JsFunction(string name, int length) : JsReference
{
    public override JsKind Kind => JsKind.Function;

    public string Name { get; } = name;

    /// <summary>How many parameters it says it has.</summary>
    public int Length { get; } = length;

    /// <summary>Runs it. Call it by way of <c>Evaluator.Call</c>, which watches the budgets.</summary>
    public abstract JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments);

    /// <summary>What <c>new</c> does with it.</summary>
    public virtual JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments) => throw JsThrow.Type($"{(Name.Length > 0 ? Name : "this function")} is not a constructor");

    /// <summary>Whether <c>value instanceof</c> this holds.</summary>
    public virtual bool IsInstance(JsValue value) => false;

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        value = name switch { "name" => Name, "length" => Length, _ => default };
        return name is "name" or "length";
    }

    internal override JsValue ToJson() => default;
}

internal delegate JsValue NativeCode(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments);

/// <summary>A function of the library.</summary>
internal sealed class NativeFunction(string name, int length, NativeCode code) : JsFunction(name, length)
{
    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments) => code(evaluator, self, arguments);
}

/// <summary>A function that makes values of one kind and has functions of its own, such as <c>Array</c> or <c>Date</c>.</summary>
internal sealed class NativeConstructor(string name, int length, MethodTable statics, NativeCode? call, NativeCode? construct, Func<JsValue, bool> isInstance) : JsFunction(name, length)
{
    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments) =>
        call is null ? throw JsThrow.Type($"Class constructor {Name} cannot be invoked without 'new'") : call(evaluator, self, arguments);

    public override JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments) =>
        construct is null ? throw JsThrow.Type($"{Name} is not a constructor") : construct(evaluator, default, arguments);

    public override bool IsInstance(JsValue value) => isInstance(value);

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value) =>
        statics.TryGet(name, out value) || base.TryGetField(evaluator, name, out value);
}
