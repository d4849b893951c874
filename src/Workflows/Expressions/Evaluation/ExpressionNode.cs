using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>A part of an expression, ready to be evaluated: names are resolved to slots and roots, nothing is looked up by text that need not be.</summary>
internal abstract class ExpressionNode
{
    /// <returns>The value; the hole where an optional chain was cut short.</returns>
    public abstract JsValue Evaluate(Frame frame);

    /// <summary>Whether its value counts as true.</summary>
    public virtual bool Test(Frame frame) => Coerce.ToBoolean(Evaluate(frame));

    /// <summary>Whether something in it waits or yields; <see cref="EvaluateAsync"/> evaluates it then.</summary>
    public virtual bool Suspends => false;

    public virtual ValueTask<JsValue> EvaluateAsync(Frame frame) => new(Evaluate(frame));
}

/// <summary>Something that can be assigned to: a variable, a field, a pattern.</summary>
internal abstract class Target
{
    public abstract void Assign(Frame frame, JsValue value);
}

/// <summary>How a statement ended.</summary>
internal enum Completion
{
    Normal,
    Break,
    Continue,
    Return,
}

/// <summary>A statement of a function's body.</summary>
internal abstract class Statement
{
    public abstract Completion Execute(Frame frame);

    /// <summary>Whether something in it waits or yields; <see cref="ExecuteAsync"/> executes it then.</summary>
    public virtual bool Suspends => false;

    public virtual ValueTask<Completion> ExecuteAsync(Frame frame) => new(Execute(frame));
}
