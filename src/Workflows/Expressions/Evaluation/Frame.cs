using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>The variables of one running function, or of one turn of a loop whose body makes functions.</summary>
internal sealed class Frame(Evaluator evaluator, Frame? parent, int size, JsValue self = default)
{
    private static readonly JsValue[] None = [];

    public readonly Evaluator Evaluator = evaluator;

    /// <summary>The frame around it.</summary>
    public readonly Frame? Parent = parent;

    public readonly JsValue[] Slots = size == 0 ? None : new JsValue[size];

    /// <summary>What <c>this</c> means.</summary>
    public readonly JsValue Self = self;
}
