using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

internal sealed class UnaryNode(Func<Evaluator, JsValue, JsValue> operation, ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => operation(frame.Evaluator, operand.Evaluate(frame));
}

internal sealed class BinaryNode(Func<Evaluator, JsValue, JsValue, JsValue> operation, ExpressionNode left, ExpressionNode right) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => operation(frame.Evaluator, left.Evaluate(frame), right.Evaluate(frame));
}

internal sealed class AndNode(ExpressionNode left, ExpressionNode right) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return Coerce.ToBoolean(value) ? right.Evaluate(frame) : value;
    }

    public override bool Test(Frame frame) => left.Test(frame) && right.Test(frame);
}

internal sealed class OrNode(ExpressionNode left, ExpressionNode right) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return Coerce.ToBoolean(value) ? value : right.Evaluate(frame);
    }

    public override bool Test(Frame frame) => left.Test(frame) || right.Test(frame);
}

internal sealed class CoalesceNode(ExpressionNode left, ExpressionNode right) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var value = left.Evaluate(frame);
        return value.IsNullish ? right.Evaluate(frame) : value;
    }
}

internal sealed class ConditionalNode(ExpressionNode condition, ExpressionNode then, ExpressionNode otherwise) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => condition.Test(frame) ? then.Evaluate(frame) : otherwise.Evaluate(frame);
}

internal sealed class SequenceNode(ExpressionNode[] parts) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        JsValue value = default;
        foreach (var part in parts) value = part.Evaluate(frame);
        return value;
    }
}

internal sealed class AssignNode(Target target, ExpressionNode value) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var assigned = value.Evaluate(frame);
        target.Assign(frame, assigned);
        return assigned;
    }
}

/// <summary><c>a += b</c> on a variable.</summary>
internal sealed class UpdateVariableNode(ExpressionNode current, Target target, Func<Evaluator, JsValue, JsValue, JsValue> operation, ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var before = current.Evaluate(frame);
        var after = operation(frame.Evaluator, before, operand.Evaluate(frame));
        target.Assign(frame, after);
        return after;
    }
}

/// <summary><c>a.b += c</c>: the object and the key are evaluated once.</summary>
internal sealed class UpdateMemberNode(ExpressionNode target, ExpressionNode key, Func<Evaluator, JsValue, JsValue, JsValue> operation, ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var container = target.Evaluate(frame);
        var name = key.Evaluate(frame);
        var after = operation(frame.Evaluator, Properties.Get(frame.Evaluator, container, name), operand.Evaluate(frame));
        Properties.Set(frame.Evaluator, container, name, after);
        return after;
    }
}

/// <summary><c>a &amp;&amp;= b</c> and its kin, on a variable or (with a container) a member.</summary>
internal sealed class LogicalAssignNode(ExpressionNode? container, ExpressionNode currentOrKey, Target? target, Func<JsValue, bool> assigns, ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        if (container is null)
        {
            var current = currentOrKey.Evaluate(frame);
            if (!assigns(current)) return current;
            var value = operand.Evaluate(frame);
            target!.Assign(frame, value);
            return value;
        }

        var holder = container.Evaluate(frame);
        var key = currentOrKey.Evaluate(frame);
        var before = Properties.Get(frame.Evaluator, holder, key);
        if (!assigns(before)) return before;
        var after = operand.Evaluate(frame);
        Properties.Set(frame.Evaluator, holder, key, after);
        return after;
    }
}

/// <summary><c>a++</c> and <c>--a</c>, on a variable or (with a container) a member.</summary>
internal sealed class StepNode(ExpressionNode? container, ExpressionNode currentOrKey, Target? target, int step, bool isPrefix) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        var evaluator = frame.Evaluator;
        var holder = container?.Evaluate(frame) ?? default;
        var key = currentOrKey.Evaluate(frame);
        if (container is null && key.IsNumber)
        {
            JsValue next = key.AsNumber + step;
            target!.Assign(frame, next);
            return isPrefix ? next : key;
        }

        var value = Coerce.ToPrimitive(evaluator, container is null ? key : Properties.Get(evaluator, holder, key), preferText: false);
        JsValue before = value.AsReference is JsBigInt ? value : Coerce.ToNumber(evaluator, value);
        var after = before.AsReference is JsBigInt big ? JsBigInt.Of(big.Value + step) : before.AsNumber + step;
        if (container is null) target!.Assign(frame, after);
        else Properties.Set(evaluator, holder, key, after);
        return isPrefix ? after : before;
    }
}
