using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>Something that can be called: a method of the library, or a function written in the expression.</summary>
internal abstract class JsFunction(string name, int length) : JsReference
{
    public override JsKind Kind => JsKind.Function;

    public string Name { get; } = name;

    /// <summary>How many parameters it says it has.</summary>
    public virtual int Length { get; } = length;

    /// <summary>Runs it. Call it by way of <c>Evaluator.Call</c>, which watches the budgets.</summary>
    public abstract JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments);

    /// <summary>What <c>new</c> does with it.</summary>
    /// <param name="target">What <c>new</c> was said of: this, or a class that extends it.</param>
    public virtual JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target) => throw JsThrow.Type($"{(Name.Length > 0 ? Name : "this function")} is not a constructor");

    /// <summary>Whether <c>value instanceof</c> this holds.</summary>
    public virtual bool IsInstance(JsValue value) => PrototypeObject is { } prototype && Inheritance.Contains(null, value.AsReference, prototype);

    /// <summary>Whether code may give it fields: it was written in the code.</summary>
    public virtual bool IsOpen => false;

    /// <summary>What the objects that it makes inherit from.</summary>
    public virtual JsReference? PrototypeObject
    {
        get => null;
        set => throw Properties.Refuse("prototype");
    }

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value)
    {
        if (Traits is { } own && Inheritance.TryFindOwn(own, name, out value))
        {
            if (value.AsReference is JsAccessor accessor) value = accessor.Read(evaluator, this);
            return true;
        }

        switch (name)
        {
            case "name":
                value = Name;
                return true;
            case "length":
                value = Length;
                return true;
            case "prototype" when evaluator.Jobs is not null && PrototypeObject is { } prototype:
                value = prototype;
                return true;
            default:
                value = default;
                return Traits is { } traits && Inheritance.TryGet(evaluator, traits, name, this, out value);
        }
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
    /// <summary>The methods of what it makes; null when they are those of a kind of value.</summary>
    public Func<MethodTable>? Methods { get; init; }

    private LibraryPrototype? _prototype;

    public override JsReference? PrototypeObject
    {
        get => _prototype ??= (Methods?.Invoke() ?? Library.Prototypes.Named(Name)) is { } methods ? new LibraryPrototype(Name, methods) : null;
        set => throw Properties.Refuse("prototype");
    }

    /// <summary>One of the functions of its own, such as <c>Array.from</c>.</summary>
    public JsFunction Static(string name) => statics.Method(name)!;

    public override JsValue Invoke(Evaluator evaluator, JsValue self, ReadOnlySpan<JsValue> arguments) =>
        call is null ? throw JsThrow.Type($"Class constructor {Name} cannot be invoked without 'new'") : call(evaluator, self, arguments);

    public override JsValue Construct(Evaluator evaluator, ReadOnlySpan<JsValue> arguments, JsFunction target)
    {
        if (construct is null) throw JsThrow.Type($"{Name} is not a constructor");
        var made = construct(evaluator, default, arguments);
        if (!ReferenceEquals(target, this) && made.AsReference is { } inherits) ObjectTraits.Of(inherits).Prototype = target.PrototypeObject;
        return made;
    }

    public override bool IsInstance(JsValue value) => isInstance(value);

    internal override bool TryGetField(Evaluator evaluator, string name, out JsValue value) =>
        statics.TryGet(name, out value) || base.TryGetField(evaluator, name, out value);
}
