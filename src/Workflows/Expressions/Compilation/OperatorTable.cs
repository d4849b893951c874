using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>What each operator sign does.</summary>
internal static class OperatorTable
{
    public static ExpressionNode Node(string sign, ExpressionNode left, ExpressionNode right)
    {
        var operation = Binary(sign);
        return sign switch
        {
            "+" => new NumberNode<Plus>(operation, left, right),
            "-" => new NumberNode<Minus>(operation, left, right),
            "*" => new NumberNode<Times>(operation, left, right),
            "/" => new NumberNode<Over>(operation, left, right),
            "%" => new NumberNode<Remainder>(operation, left, right),
            "<" => new ComparisonNode<Less>(operation, left, right),
            ">" => new ComparisonNode<More>(operation, left, right),
            "<=" => new ComparisonNode<LessOrEqual>(operation, left, right),
            ">=" => new ComparisonNode<MoreOrEqual>(operation, left, right),
            "===" or "==" => new ComparisonNode<Same>(operation, left, right),
            "!==" or "!=" => new ComparisonNode<NotSame>(operation, left, right),
            _ => new BinaryNode(operation, left, right),
        };
    }

    public static Func<Evaluator, JsValue, JsValue, JsValue> Binary(string sign) => sign switch
    {
        "+" => Operators.Add,
        "-" => static (e, a, b) => a.IsNumber && b.IsNumber ? a.AsNumber - b.AsNumber : Operators.Arithmetic(e, "-", a, b, static (x, y) => x - y),
        "*" => static (e, a, b) => a.IsNumber && b.IsNumber ? a.AsNumber * b.AsNumber : Operators.Arithmetic(e, "*", a, b, static (x, y) => x * y),
        "/" => static (e, a, b) => a.IsNumber && b.IsNumber ? a.AsNumber / b.AsNumber : Operators.Arithmetic(e, "/", a, b, static (x, y) => x / y),
        "%" => static (e, a, b) => Operators.Arithmetic(e, "%", a, b, static (x, y) => x % y),
        "**" => static (e, a, b) => Operators.Arithmetic(e, "**", a, b, Operators.Power),
        "&" => static (e, a, b) => Operators.Arithmetic(e, "&", a, b, static (x, y) => Coerce.ToInt32(x) & Coerce.ToInt32(y)),
        "|" => static (e, a, b) => Operators.Arithmetic(e, "|", a, b, static (x, y) => Coerce.ToInt32(x) | Coerce.ToInt32(y)),
        "^" => static (e, a, b) => Operators.Arithmetic(e, "^", a, b, static (x, y) => Coerce.ToInt32(x) ^ Coerce.ToInt32(y)),
        "<<" => static (e, a, b) => Operators.Arithmetic(e, "<<", a, b, static (x, y) => Coerce.ToInt32(x) << (Coerce.ToInt32(y) & 31)),
        ">>" => static (e, a, b) => Operators.Arithmetic(e, ">>", a, b, static (x, y) => Coerce.ToInt32(x) >> (Coerce.ToInt32(y) & 31)),
        ">>>" => static (e, a, b) => Operators.Arithmetic(e, ">>>", a, b, static (x, y) => (uint)Coerce.ToInt32(x) >> (Coerce.ToInt32(y) & 31)),
        "==" => static (e, a, b) => Operators.LooseEquals(e, a, b),
        "!=" => static (e, a, b) => !Operators.LooseEquals(e, a, b),
        "===" => static (_, a, b) => Operators.StrictEquals(a, b),
        "!==" => static (_, a, b) => !Operators.StrictEquals(a, b),
        "<" => static (e, a, b) => Operators.IsLess(e, a, b) == true,
        ">" => static (e, a, b) => Operators.IsLess(e, b, a) == true,
        "<=" => static (e, a, b) => Operators.IsLess(e, b, a) == false,
        ">=" => static (e, a, b) => Operators.IsLess(e, a, b) == false,
        "in" => static (e, a, b) => Operators.In(e, a, b),
        "instanceof" => static (e, a, b) => Operators.InstanceOf(e, a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(sign), sign, null),
    };

    public static Func<Evaluator, JsValue, JsValue> Unary(string sign) => sign switch
    {
        "!" => static (_, a) => !Coerce.ToBoolean(a),
        "-" => Operators.Negate,
        "+" => static (e, a) => Coerce.ToNumber(e, a),
        "~" => Operators.Complement,
        "typeof" => static (_, a) => Coerce.TypeName(a),
        "void" => static (_, _) => default,
        _ => throw new ArgumentOutOfRangeException(nameof(sign), sign, null),
    };
}
