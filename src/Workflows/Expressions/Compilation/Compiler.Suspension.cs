using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>
/// Expressions in which something waits or yields. Of most, the parts up to the last that does are taken out into variables, so that what is left is
/// evaluated like any other.
/// </summary>
internal sealed partial class Compiler
{
    private ExpressionNode Suspending(Syntax syntax)
    {
        switch (syntax)
        {
            case AwaitSyntax wait: return new AwaitNode(Expression(wait.Promise));
            case YieldSyntax { IsDelegate: true } yields: return new YieldAllNode(Expression(yields.Value!), _function.IsAsync);
            case YieldSyntax yields: return new YieldNode(yields.Value is null ? new LiteralNode(default) : Expression(yields.Value), _function.IsAsync);
            case ParenthesizedSyntax inner: return Expression(inner.Inner);
            case BinarySyntax { Operator: "&&" } and: return new SuspendingLogicNode(Expression(and.Left), Expression(and.Right), Coerce.ToBoolean);
            case BinarySyntax { Operator: "||" } or: return new SuspendingLogicNode(Expression(or.Left), Expression(or.Right), v => !Coerce.ToBoolean(v));
            case BinarySyntax { Operator: "??" } coalesce: return new SuspendingLogicNode(Expression(coalesce.Left), Expression(coalesce.Right), v => v.IsNullish);
            case ConditionalSyntax condition: return new SuspendingConditionNode(Expression(condition.Condition), Expression(condition.Then), Expression(condition.Else));
            case SequenceSyntax sequence: return new SuspendingSequenceNode(All(sequence.Parts));
            case AssignSyntax { Operator: "", Target: not MemberSyntax } assignment: return new SuspendingAssignNode(Pattern(assignment.Target, null), Expression(assignment.Value));
            case AssignSyntax { Operator: "&&" or "||" or "??" } logical:
                return Expression(new BinarySyntax(logical.Position, logical.Operator, logical.Target, logical with { Operator = "" }));
            case AssignSyntax { Operator.Length: > 0, Target: NameSyntax name } update:
                return Expression(new AssignSyntax(update.Position, "", name, new BinarySyntax(update.Position, update.Operator, name, update.Value)));
            default: return Hoisted(syntax);
        }
    }

    private HoistedNode Hoisted(Syntax syntax)
    {
        var (count, last) = (0, -1);
        Suspension.Rebuild(syntax, part =>
        {
            if (Suspension.In(part)) last = count;
            count++;
            return part;
        });
        var taken = new List<(int Slot, ExpressionNode Value)>();
        var at = 0;
        var rest = Suspension.Rebuild(syntax, part =>
        {
            if (at++ > last || part is LiteralSyntax or FunctionSyntax or ThisSyntax) return part;
            var name = $"part {_scope.Size} ";
            taken.Add((_scope.Declare(name, isConstant: true), Expression(part)));
            return new NameSyntax(part.Position, name);
        });
        return new HoistedNode([.. taken], Expression(rest));
    }
}
