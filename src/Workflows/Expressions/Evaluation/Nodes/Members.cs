using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary><c>a.name</c> and <c>a?.name</c>.</summary>
/// <param name="quiet">Whether reading from undefined gives undefined at once, because the whole expression would become undefined anyway.</param>
internal sealed class MemberNode(ExpressionNode target, string name, bool optional, bool quiet) : ExpressionNode
{
    private int _hint;

    public override JsValue Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        if (value.AsReference is JsObject own)
        {
            if (own.TryGet(name, ref _hint, out var field)) return frame.Evaluator.Field(own, name, field);
        }
        else if (value.IsHole) return value;
        else if (value.IsNullish && (optional || (quiet && !frame.Evaluator.Scope.Strict))) return optional ? JsValue.Hole : default;

        return Properties.Get(frame.Evaluator, value, name);
    }
}

/// <summary><c>a[key]</c> and <c>a?.[key]</c>.</summary>
internal sealed class IndexNode(ExpressionNode target, ExpressionNode key, bool optional) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        if (value.IsHole) return value;
        if (optional && value.IsNullish) return JsValue.Hole;
        return Properties.Get(frame.Evaluator, value, key.Evaluate(frame));
    }
}

/// <summary>The end of an optional chain.</summary>
internal sealed class ChainNode(ExpressionNode inner) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = inner.Evaluate(frame);
        return value.IsHole ? default : value;
    }
}

internal sealed class MemberTarget(ExpressionNode target, ExpressionNode key) : Target
{
    public override void Assign(Frame frame, JsValue value) => Properties.Set(frame.Evaluator, target.Evaluate(frame), key.Evaluate(frame), value);
}

internal sealed class DeleteNode(ExpressionNode target, ExpressionNode key) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        return value.IsHole || Properties.Delete(frame.Evaluator, value, Coerce.ToName(frame.Evaluator, key.Evaluate(frame)));
    }
}
