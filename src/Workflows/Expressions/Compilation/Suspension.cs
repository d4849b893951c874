using System.Runtime.CompilerServices;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>Which expressions wait or yield, and what their parts are in the order in which they are evaluated.</summary>
internal static class Suspension
{
    private static readonly ConditionalWeakTable<Syntax, object> Known = [];

    /// <summary>Whether something in it waits or yields, functions inside of it aside.</summary>
    public static bool In(Syntax syntax)
    {
        if (Known.TryGetValue(syntax, out var known)) return (bool)known;
        var found = syntax is AwaitSyntax or YieldSyntax;
        if (!found)
        {
            Rebuild(syntax, part =>
            {
                found = found || In(part);
                return part;
            });
        }

        Known.AddOrUpdate(syntax, found);
        return found;
    }

    /// <summary>The same expression with each part that is evaluated replaced.</summary>
    public static Syntax Rebuild(Syntax syntax, Func<Syntax, Syntax> part)
    {
        switch (syntax)
        {
            case TemplateSyntax template: return template with { Values = All(template.Values, part) };
            case TaggedTemplateSyntax tagged: return tagged with { Tag = Callee(tagged.Tag, part), Template = tagged.Template with { Values = All(tagged.Template.Values, part) } };
            case ArraySyntax array: return array with { Elements = [.. array.Elements.Select(e => e is null ? null : Spread(e, part))] };
            case ObjectSyntax fields: return fields with { Properties = [.. fields.Properties.Select(p => Property(p, part))] };
            case AwaitSyntax wait: return wait with { Promise = part(wait.Promise) };
            case YieldSyntax yields: return yields.Value is null ? yields : yields with { Value = part(yields.Value) };
            case MemberSyntax member: return Member(member, part);
            case CallSyntax call: return call with { Target = Callee(call.Target, part), Arguments = All(call.Arguments, part) };
            case SuperCallSyntax call: return call with { Arguments = All(call.Arguments, part) };
            case NewSyntax creation: return creation with { Target = part(creation.Target), Arguments = All(creation.Arguments, part) };
            case ChainSyntax chain: return chain with { Inner = Link(chain.Inner, part) };
            case ParenthesizedSyntax inner: return inner with { Inner = part(inner.Inner) };
            case UnarySyntax { Operator: "delete", Operand: MemberSyntax member } delete: return delete with { Operand = Member(member, part) };
            case UnarySyntax { Operand: NameSyntax }: return syntax;
            case UnarySyntax unary: return unary with { Operand = part(unary.Operand) };
            case UpdateSyntax { Target: MemberSyntax member } update: return update with { Target = Member(member, part) };
            case BinarySyntax { Left: PrivateNameSyntax } test: return test with { Right = part(test.Right) };
            case BinarySyntax binary: return binary with { Left = part(binary.Left), Right = part(binary.Right) };
            case ConditionalSyntax condition: return condition with { Condition = part(condition.Condition), Then = part(condition.Then), Else = part(condition.Else) };
            case AssignSyntax { Target: MemberSyntax member } assignment: return assignment with { Target = Member(member, part), Value = part(assignment.Value) };
            case AssignSyntax assignment: return assignment with { Value = part(assignment.Value) };
            case SequenceSyntax sequence: return sequence with { Parts = All(sequence.Parts, part) };
            default: return syntax;
        }
    }

    private static MemberSyntax Member(MemberSyntax member, Func<Syntax, Syntax> part) => member with
    {
        Target = member.Target is SuperSyntax ? member.Target : part(member.Target),
        Property = member.Property is LiteralSyntax or PrivateNameSyntax ? member.Property : part(member.Property),
    };

    /// <summary>What is called: of a method the object, so that it keeps its <c>this</c>.</summary>
    private static Syntax Callee(Syntax target, Func<Syntax, Syntax> part) => target is MemberSyntax member ? Member(member, part) : target is SuperSyntax ? target : part(target);

    /// <summary>A link of an optional chain: only its head is a part.</summary>
    private static Syntax Link(Syntax link, Func<Syntax, Syntax> part) => link switch
    {
        MemberSyntax member => member with { Target = Link(member.Target, part), Property = member.Property is LiteralSyntax or PrivateNameSyntax ? member.Property : part(member.Property) },
        CallSyntax call => call with { Target = Link(call.Target, part), Arguments = All(call.Arguments, part) },
        _ => part(link),
    };

    private static Syntax[] All(IReadOnlyList<Syntax> parts, Func<Syntax, Syntax> part) => [.. parts.Select(p => Spread(p, part))];

    private static Syntax Spread(Syntax syntax, Func<Syntax, Syntax> part) => syntax is SpreadSyntax spread ? spread with { Value = part(spread.Value) } : part(syntax);

    private static PropertySyntax Property(PropertySyntax property, Func<Syntax, Syntax> part) => property with
    {
        Key = property.Key is null or LiteralSyntax ? property.Key : part(property.Key),
        Value = property.Accessor is not null ? property.Value : Spread(property.Value, part),
    };
}
