using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary><c>a.#name</c>.</summary>
internal sealed class PrivateMemberNode(ExpressionNode target, PrivateName name, bool optional) : ExpressionNode
{
    public ExpressionNode Target => target;

    public override JsValue Evaluate(Frame frame)
    {
        var value = target.Evaluate(frame);
        if (value.IsHole || (optional && value.IsNullish)) return JsValue.Hole;
        return Privates.Get(frame.Evaluator, value, name);
    }

    /// <summary>Calls the member as a method.</summary>
    public JsValue Call(Frame frame, ArgumentList arguments, bool isOptional)
    {
        var self = target.Evaluate(frame);
        if (self.IsHole || (optional && self.IsNullish)) return JsValue.Hole;
        var method = Privates.Get(frame.Evaluator, self, name);
        if (isOptional && method.IsNullish) return JsValue.Hole;
        return arguments.Call(frame, method.AsReference as JsFunction ?? throw JsThrow.Type($"{name.Text} is not a function"), self);
    }
}

internal sealed class PrivateCallNode(PrivateMemberNode member, ArgumentList arguments, bool optional) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => member.Call(frame, arguments, optional);
}

internal sealed class PrivateTarget(ExpressionNode target, PrivateName name) : Target
{
    public override void Assign(Frame frame, JsValue value) => Privates.Set(frame.Evaluator, target.Evaluate(frame), name, value);
}

/// <summary><c>#name in a</c>.</summary>
internal sealed class PrivateInNode(PrivateName name, ExpressionNode target) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => Privates.Has(target.Evaluate(frame), name);
}
