using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Evaluation;

/// <summary>An operator on two numbers, which is nearly always what it has to do.</summary>
internal interface INumberOperator
{
    static abstract double Apply(double left, double right);
}

/// <summary>A comparison of two numbers.</summary>
internal interface INumberComparison
{
    static abstract bool Holds(double left, double right);
}

internal readonly struct Plus : INumberOperator
{
    public static double Apply(double left, double right) => left + right;
}

internal readonly struct Minus : INumberOperator
{
    public static double Apply(double left, double right) => left - right;
}

internal readonly struct Times : INumberOperator
{
    public static double Apply(double left, double right) => left * right;
}

internal readonly struct Over : INumberOperator
{
    public static double Apply(double left, double right) => left / right;
}

internal readonly struct Remainder : INumberOperator
{
    public static double Apply(double left, double right) => left % right;
}

internal readonly struct Less : INumberComparison
{
    public static bool Holds(double left, double right) => left < right;
}

internal readonly struct More : INumberComparison
{
    public static bool Holds(double left, double right) => left > right;
}

internal readonly struct LessOrEqual : INumberComparison
{
    public static bool Holds(double left, double right) => left <= right;
}

internal readonly struct MoreOrEqual : INumberComparison
{
    public static bool Holds(double left, double right) => left >= right;
}

internal readonly struct Same : INumberComparison
{
    public static bool Holds(double left, double right) => left == right;
}

internal readonly struct NotSame : INumberComparison
{
    public static bool Holds(double left, double right) => left != right;
}

/// <param name="otherwise">The operator in full.</param>
internal sealed class NumberNode<TOperator>(Func<Evaluator, JsValue, JsValue, JsValue> otherwise, ExpressionNode left, ExpressionNode right) : ExpressionNode
    where TOperator : struct, INumberOperator
{
    public override JsValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        var second = right.Evaluate(frame);
        return first.IsNumber && second.IsNumber ? TOperator.Apply(first.AsNumber, second.AsNumber) : otherwise(frame.Evaluator, first, second);
    }
}

/// <param name="otherwise">The comparison in full.</param>
internal sealed class ComparisonNode<TComparison>(Func<Evaluator, JsValue, JsValue, JsValue> otherwise, ExpressionNode left, ExpressionNode right) : ExpressionNode
    where TComparison : struct, INumberComparison
{
    public override JsValue Evaluate(Frame frame) => Test(frame);

    public override bool Test(Frame frame)
    {
        var first = left.Evaluate(frame);
        var second = right.Evaluate(frame);
        return first.IsNumber && second.IsNumber ? TComparison.Holds(first.AsNumber, second.AsNumber) : otherwise(frame.Evaluator, first, second).IsTrue;
    }
}

internal sealed class NotNode(ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame) => !operand.Test(frame);

    public override bool Test(Frame frame) => !operand.Test(frame);
}

/// <summary><c>a += b</c> on a variable of a function.</summary>
/// <param name="levels">How many functions around the running one it belongs to.</param>
internal sealed class AppendNode(int levels, int slot, ExpressionNode operand) : ExpressionNode
{
    public override JsValue Evaluate(Frame frame)
    {
        Append(frame);
        var value = Holder(frame).Slots[slot];
        return value.AsLongText is { } text ? text.Read(frame.Evaluator) : value;
    }

    /// <summary>Where nobody wants the sum.</summary>
    public void Append(Frame frame)
    {
        var (evaluator, slots) = (frame.Evaluator, Holder(frame).Slots);
        var before = slots[slot];
        if (before.AsLongText is { } text)
        {
            Append(evaluator, ref slots[slot], text, frame);
            return;
        }

        var added = operand.Evaluate(frame);
        if (before.IsNumber && added.IsNumber) slots[slot] = before.AsNumber + added.AsNumber;
        else if (before.AsString is { } start && added.AsString is { } end && start.Length + end.Length >= LongText.Least)
        {
            evaluator.AllocateText(start.Length + end.Length);
            slots[slot] = new LongText(start, end);
        }
        else slots[slot] = Operators.Add(evaluator, before, added);
    }

    private void Append(Evaluator evaluator, ref JsValue variable, LongText text, Frame frame)
    {
        // What is added may itself change the variable, which was read before.
        var length = text.Length;
        var added = Coerce.ToText(evaluator, Coerce.ToPrimitive(evaluator, operand.Evaluate(frame)));
        if (ReferenceEquals(variable.AsLongText, text) && text.Length == length) text.Append(evaluator, added);
        else variable = Operators.Concat(evaluator, text.Read(evaluator, length), added);
    }

    private Frame Holder(Frame frame)
    {
        for (var i = 0; i < levels; i++) frame = frame.Parent!;
        return frame;
    }
}
