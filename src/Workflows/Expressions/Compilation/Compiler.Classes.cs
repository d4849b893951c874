using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>What only scripts have: classes, private members, <c>arguments</c>, tagged templates.</summary>
internal sealed partial class Compiler
{
    /// <summary>What the innermost class is called among the variables; no code can name it so.</summary>
    private const string OwnerName = "class ";

    private readonly List<Dictionary<string, PrivateName>> _private = [];

    /// <param name="name">Its name, or that of what it is assigned to.</param>
    private ClassNode Class(ClassSyntax syntax, string? name)
    {
        _scope.OpenBlock();
        var slot = _scope.Declare(OwnerName, isConstant: true);
        var nameSlot = syntax.Name is null ? -1 : _scope.Declare(syntax.Name, isConstant: true);
        var hidden = new Dictionary<string, PrivateName>(StringComparer.Ordinal);
        foreach (var member in syntax.Members)
            if (member.Key is PrivateNameSyntax key) hidden[key.Name] = new PrivateName(key.Name);
        var parent = syntax.Parent is null ? null : Expression(syntax.Parent);
        _private.Add(hidden);
        MemberPart[] parts = [.. syntax.Members.Select(Member)];
        _private.RemoveAt(_private.Count - 1);
        _scope.CloseBlock();
        return new ClassNode(name ?? "", parent, slot, nameSlot, parts);
    }

    private MemberPart Member(ClassMemberSyntax member)
    {
        var hidden = member.Key as PrivateNameSyntax;
        if (hidden is { Name: "#constructor" }) throw Fail(hidden, "a private member cannot be called '#constructor'");
        return new(
            member.Kind,
            member.Key is null || hidden is not null ? null : Expression(member.Key),
            hidden is null ? null : Private(hidden),
            member.Value is null ? null : Function(member.Value, isNamed: false, member.IsStatic),
            member.IsStatic);
    }

    private PrivateName Private(PrivateNameSyntax name)
    {
        for (var i = _private.Count - 1; i >= 0; i--)
            if (_private[i].TryGetValue(name.Name, out var known)) return known;
        throw Fail(name, $"the private member '{name.Name}' is not declared in a class around this");
    }

    private PrivateMemberNode PrivateMember(MemberSyntax member) => new(Expression(member.Target), Private((PrivateNameSyntax)member.Property), member.IsOptional);

    private ExpressionNode This() => _function.IsDerived ? new DerivedThisNode() : new ThisNode();

    /// <summary>The class that a <c>super</c> stands in.</summary>
    private ExpressionNode Owner(Syntax at)
    {
        for (var scope = _scope; scope is not null; scope = scope.Parent)
            if (scope.TryFind(OwnerName, out _, out _)) return Name(new NameSyntax(at.Position, OwnerName), mayBeMissing: false);
        throw Fail(at, "'super' stands in a class that extends another");
    }

    private SuperMemberNode SuperMember(MemberSyntax member) => new(Owner(member), _function.IsStatic, Expression(member.Property), This());

    /// <summary><c>a.#b += c</c>.</summary>
    private ExpressionNode UpdateHidden(MemberSyntax member, AssignSyntax assignment)
    {
        var (current, target) = (Expression(member), Pattern(member, null));
        var operand = Expression(assignment.Value);
        return assignment.Operator switch
        {
            "&&" => new LogicalAssignNode(null, current, target, Coerce.ToBoolean, operand),
            "||" => new LogicalAssignNode(null, current, target, v => !Coerce.ToBoolean(v), operand),
            "??" => new LogicalAssignNode(null, current, target, v => v.IsNullish, operand),
            var sign => new UpdateVariableNode(current, target, OperatorTable.Binary(sign), operand),
        };
    }

    /// <summary><c>arguments</c> of the function around, if there is one.</summary>
    private ExpressionNode? Arguments()
    {
        var levels = 0;
        for (var scope = _scope; scope is not null; scope = scope.Parent, levels++)
        {
            if (scope.Function is not { IsArrow: false } function) continue;
            if (function.ArgumentsSlot < 0) function.ArgumentsSlot = scope.Temporary();
            return levels == 0 ? new LocalNode(function.ArgumentsSlot) : new OuterNode(levels, function.ArgumentsSlot);
        }

        return null;
    }

    private ExpressionNode Tagged(TaggedTemplateSyntax tagged)
    {
        var texts = new TemplateTextsNode([.. tagged.Template.Texts], [.. tagged.Template.Raw]);
        var arguments = new ArgumentList([texts, .. All(tagged.Template.Values)]);
        return tagged.Tag is MemberSyntax { Property: LiteralSyntax { Value.AsString: { } name } } member and not { Target: SuperSyntax }
            ? new MethodCallNode(Expression(member.Target), name, member.IsOptional, optionalCall: false, isExtension: false, arguments, Text(member))
            : new CallNode(Expression(tagged.Tag), arguments, optional: false, Text(tagged.Tag));
    }
}
