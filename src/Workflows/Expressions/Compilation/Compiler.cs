using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Extensions;
using Sluice.Workflows.Expressions.Library;
using Sluice.Workflows.Expressions.Parsing;
using Sluice.Workflows.Expressions.Roots;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Compilation;

/// <summary>Makes the tree that is evaluated from the tree that was parsed: every name becomes a slot, a root or a field of the item.</summary>
internal sealed partial class Compiler
{
    /// <summary>The methods that change what they are called on.</summary>
    private static readonly HashSet<string> Mutators = new(StringComparer.Ordinal)
    {
        "push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin", "assign",
        "setTime", "setMilliseconds", "setSeconds", "setMinutes", "setHours", "setDate", "setMonth", "setFullYear", "setYear",
        "setUTCMilliseconds", "setUTCSeconds", "setUTCMinutes", "setUTCHours", "setUTCDate", "setUTCMonth", "setUTCFullYear",
    };

    private VariableScope _scope = new(null);
    private FunctionContext _function = new() { IsArrow = true };
    private string[] _labels = [];
    private int _count;
    private bool _copies;

    /// <summary>The names that a script is given besides the roots; null for an expression.</summary>
    private IReadOnlySet<string>? _given;

    /// <exception cref="ExpressionSyntaxException">It parses, but means nothing.</exception>
    public static CompiledCode Compile(Syntax syntax)
    {
        var compiler = new Compiler();
        var root = IsPath(syntax) ? compiler.Path(syntax) : compiler.Expression(syntax);
        return new CompiledCode(root, compiler._scope.Size, compiler._copies);
    }

    /// <summary>Compiles a script: a function that may wait.</summary>
    /// <exception cref="ExpressionSyntaxException">It parses, but means nothing.</exception>
    public static CompiledCode CompileScript(FunctionSyntax script, IReadOnlySet<string> given)
    {
        var compiler = new Compiler { _given = given };
        return new CompiledCode(compiler.Expression(script), compiler._scope.Size, Copies: false);
    }

    private static ExpressionSyntaxException Fail(Syntax at, string message) => new(message, at.Position);

    /// <summary>Whether it does nothing but follow names from a root, so that nothing is lost by ending early.</summary>
    private static bool IsPath(Syntax syntax) => syntax switch
    {
        MemberSyntax { IsOptional: false, Property: LiteralSyntax { Value.IsString: true } } member => IsPath(member.Target),
        NameSyntax => true,
        _ => false,
    };

    private ExpressionNode Path(Syntax syntax) => syntax is MemberSyntax member
        ? new MemberNode(Path(member.Target), ((LiteralSyntax)member.Property).Value.AsString!, optional: false, quiet: true)
        : Expression(syntax);

    private ExpressionNode[] All(IReadOnlyList<Syntax> parts) => [.. parts.Select(Expression)];

    private ExpressionNode Expression(Syntax syntax)
    {
        _count++;
        if ((_function.IsAsync || _function.IsGenerator) && Suspension.In(syntax)) return Suspending(syntax);
        switch (syntax)
        {
            case LiteralSyntax literal: return new LiteralNode(literal.Value);
            case TemplateSyntax { Values: [] } text: return new LiteralNode(text.Texts[0]);
            case TemplateSyntax template: return new TemplateNode([.. template.Texts], All(template.Values));
            case RegularExpressionSyntax regex: return RegularExpression(regex);
            case NameSyntax name: return Name(name, mayBeMissing: false);
            case ThisSyntax: return This();
            case TaggedTemplateSyntax tagged: return Tagged(tagged);
            case ClassSyntax made: return Class(made, made.Name);
            case SuperCallSyntax call: return new SuperCallNode(Owner(call), new ArgumentList(All(call.Arguments)));
            case NewTargetSyntax: return new NewTargetNode();
            case MemberSyntax { Target: SuperSyntax } member: return SuperMember(member);
            case MemberSyntax { Property: PrivateNameSyntax } member: return PrivateMember(member);
            case BinarySyntax { Left: PrivateNameSyntax hidden } test: return new PrivateInNode(Private(hidden), Expression(test.Right));
            case ArraySyntax array: return new ArrayNode([.. array.Elements.Select(e => e is null ? null : Expression(e))]);
            case SpreadSyntax spread: return new SpreadNode(Expression(spread.Value));
            case ObjectSyntax fields: return new ObjectNode([.. fields.Properties.Select(Field)]);
            case FunctionSyntax function: return new FunctionNode(Function(function));
            case ParenthesizedSyntax inner: return Expression(inner.Inner);
            case ChainSyntax chain: return new ChainNode(Expression(chain.Inner));
            case MemberSyntax { Property: LiteralSyntax { Value.IsString: true } property } member:
                return new MemberNode(Expression(member.Target), property.Value.AsString!, member.IsOptional, quiet: false);
            case MemberSyntax member: return new IndexNode(Expression(member.Target), Expression(member.Property), member.IsOptional);
            case CallSyntax call: return Call(call);
            case NewSyntax creation: return new NewNode(Expression(creation.Target), new ArgumentList(All(creation.Arguments)), Text(creation.Target));
            case UnarySyntax { Operator: "delete" } delete: return Delete(delete);
            case UnarySyntax { Operator: "typeof", Operand: NameSyntax name }: return new UnaryNode(OperatorTable.Unary("typeof"), Name(name, mayBeMissing: true));
            case UnarySyntax unary: return Unary(unary);
            case UpdateSyntax update: return Update(update);
            case BinarySyntax binary: return Binary(binary);
            case ConditionalSyntax condition: return new ConditionalNode(Expression(condition.Condition), Expression(condition.Then), Expression(condition.Else));
            case AssignSyntax assignment: return Assignment(assignment);
            case SequenceSyntax sequence: return new SequenceNode(All(sequence.Parts));
            default: throw Fail(syntax, "this has no value");
        }
    }

    private static RegularExpressionNode RegularExpression(RegularExpressionSyntax regex)
    {
        var program = RegexProgram.TryCompile(regex.Pattern, regex.Flags, out var problem);
        return program is null ? throw Fail(regex, $"not a regular expression: {problem}") : new RegularExpressionNode(program);
    }

    private ExpressionNode Name(NameSyntax name, bool mayBeMissing)
    {
        var levels = 0;
        for (var scope = _scope; scope is not null; scope = scope.Parent, levels++)
            if (scope.TryFind(name.Name, out var slot, out _)) return levels == 0 ? new LocalNode(slot) : new OuterNode(levels, slot);
        if (name.Name == "arguments" && _given is not null && Arguments() is { } given) return given;
        if (_given is not null && ScriptName(name, mayBeMissing, _given) is { } known) return known;
        if (RootTable.TryGet(name.Name, out var read)) return new RootNode(read);
        if (RootTable.Absent(name.Name) is { } why) throw Fail(name, why);
        return new ItemFieldNode(string.Intern(name.Name), mayBeMissing);
    }

    private static ExpressionNode? ScriptName(NameSyntax name, bool mayBeMissing, IReadOnlySet<string> given)
    {
        if (given.Contains(name.Name)) return new GivenNode(name.Name);
        if (ScriptRoots.TryGet(name.Name, out var value)) return new LiteralNode(value);
        if (RootTable.IsRoot(name.Name)) return null;
        if (!mayBeMissing && ScriptRoots.Absent(name.Name) is { } why) throw Fail(name, why);
        return new MissingNode(name.Name, mayBeMissing);
    }

    private Target Variable(NameSyntax name)
    {
        var levels = 0;
        for (var scope = _scope; scope is not null; scope = scope.Parent, levels++)
        {
            if (!scope.TryFind(name.Name, out var slot, out var isConstant)) continue;
            return isConstant ? new ConstantTarget() : levels == 0 ? new LocalTarget(slot) : new OuterTarget(levels, slot);
        }

        if (_given is not null && !RootTable.IsRoot(name.Name) && !ScriptRoots.TryGet(name.Name, out _) && ScriptRoots.Absent(name.Name) is null) return new GlobalTarget(name.Name);
        throw Fail(name, $"there is no variable '{name.Name}' to assign to");
    }

    private FieldPart Field(PropertySyntax property)
    {
        _count++;
        if (property.IsCover) throw Fail(property.Value, "'{name = value}' is a pattern, not an object");
        if (property.Key is null) return new(null, null, Expression(property.Value));
        if (property.Key is not LiteralSyntax { Value.AsString: { } name }) return new(null, Expression(property.Key), Expression(property.Value), property.Accessor);
        if (name == "__proto__" && property.Value is not NameSyntax { Name: "__proto__" }) throw Fail(property.Key, Properties.Refuse(name).Message);
        if (property.Accessor is not null) return new(string.Intern(name), null, Expression(property.Value), property.Accessor);
        var value = property.Value is ClassSyntax { Name: null } made ? Class(made, name) : property.Value is FunctionSyntax { Name: null } function ? new FunctionNode(Function(function with { Name = name }, isNamed: false)) : Expression(property.Value);
        return new(string.Intern(name), null, value);
    }

    private ExpressionNode Call(CallSyntax call)
    {
        var target = call.Target is ParenthesizedSyntax { Inner: MemberSyntax inParentheses } ? inParentheses : call.Target;
        if (target is NameSyntax { Name: "$if" } && RootTable.IsRoot("$if") && call.Arguments.Count >= 2 && call.Arguments.All(a => a is not SpreadSyntax))
        {
            // Like a condition: only the branch that is taken is evaluated.
            return new ConditionalNode(Expression(call.Arguments[0]), Expression(call.Arguments[1]), call.Arguments.Count > 2 ? Expression(call.Arguments[2]) : new LiteralNode(false));
        }

        if (target is MemberSyntax { Target: SuperSyntax } above) return new SuperMethodNode(SuperMember(above), new ArgumentList(All(call.Arguments)));
        if (target is MemberSyntax { Property: PrivateNameSyntax } own) return new PrivateCallNode(PrivateMember(own), new ArgumentList(All(call.Arguments)), call.IsOptional);
        if (target is not MemberSyntax member) return new CallNode(Expression(target), new ArgumentList(All(call.Arguments)), call.IsOptional, Text(target));
        var container = Expression(member.Target);
        if (member.Property is not LiteralSyntax { Value.AsString: { } name })
        {
            _copies = true;
            return new IndexCallNode(container, Expression(member.Property), member.IsOptional, call.IsOptional, new ArgumentList(All(call.Arguments)));
        }

        _copies |= Mutators.Contains(name);
        return new MethodCallNode(container, name, member.IsOptional, call.IsOptional, ExtensionMethods.IsName(name), new ArgumentList(All(call.Arguments)), _given is null ? name : Text(member));
    }

    private ExpressionNode Unary(UnarySyntax unary)
    {
        var operand = Expression(unary.Operand);
        if (operand is LiteralNode { Value.IsNumber: true } number && unary.Operator == "-") return new LiteralNode(-number.Value.AsNumber);
        return unary.Operator == "!" ? new NotNode(operand) : new UnaryNode(OperatorTable.Unary(unary.Operator), operand);
    }

    private ExpressionNode Delete(UnarySyntax delete)
    {
        var target = delete.Operand;
        while (target is ParenthesizedSyntax inner) target = inner.Inner;
        if (target is ChainSyntax chain) target = chain.Inner;
        if (target is not MemberSyntax member) throw Fail(delete, "only a field can be deleted");
        _copies = true;
        return new DeleteNode(Expression(member.Target), Expression(member.Property));
    }

    private ExpressionNode Binary(BinarySyntax binary)
    {
        var left = Expression(binary.Left);
        var right = Expression(binary.Right);
        return binary.Operator switch
        {
            "&&" => new AndNode(left, right),
            "||" => new OrNode(left, right),
            "??" => new CoalesceNode(left, right),
            var sign => OperatorTable.Node(sign, left, right),
        };
    }

    private ExpressionNode Assignment(AssignSyntax assignment)
    {
        var target = assignment.Target is ParenthesizedSyntax inner ? inner.Inner : assignment.Target;
        if (assignment.Operator.Length == 0) return AssignPlain(target, assignment);
        if (target is MemberSyntax { Property: PrivateNameSyntax } or MemberSyntax { Target: SuperSyntax }) return UpdateHidden((MemberSyntax)target, assignment);

        var member = target as MemberSyntax;
        if (member is not null) _copies = true;
        var holder = member is null ? null : Expression(member.Target);
        var current = member is null ? Expression(target) : Expression(member.Property);
        var variable = member is null ? Variable((NameSyntax)target) : null;
        var operand = Expression(assignment.Value);
        switch (assignment.Operator)
        {
            case "&&": return new LogicalAssignNode(holder, current, variable, Coerce.ToBoolean, operand);
            case "||": return new LogicalAssignNode(holder, current, variable, v => !Coerce.ToBoolean(v), operand);
            case "??": return new LogicalAssignNode(holder, current, variable, v => v.IsNullish, operand);
            default:
                if (assignment.Operator == "+" && variable is LocalTarget local) return new AppendNode(0, local.Slot, operand);
                if (assignment.Operator == "+" && variable is OuterTarget outer) return new AppendNode(outer.Levels, outer.Slot, operand);
                var operation = OperatorTable.Binary(assignment.Operator);
                return holder is null ? new UpdateVariableNode(current, variable!, operation, operand) : new UpdateMemberNode(holder, current, operation, operand);
        }
    }

    private AssignNode AssignPlain(Syntax target, AssignSyntax assignment)
    {
        var value = Named(target, assignment.Value);
        return new AssignNode(Pattern(target, null), value);
    }

    private ExpressionNode Update(UpdateSyntax update)
    {
        var target = update.Target is ParenthesizedSyntax inner ? inner.Inner : update.Target;
        if (target is MemberSyntax { Property: PrivateNameSyntax } own) return new StepNode(null, Expression(own), Pattern(own, null), update.Step, update.IsPrefix);
        if (target is not MemberSyntax member) return new StepNode(null, Expression(target), Variable((NameSyntax)target), update.Step, update.IsPrefix);
        _copies = true;
        return new StepNode(Expression(member.Target), Expression(member.Property), null, update.Step, update.IsPrefix);
    }

    /// <summary>A value that takes its name from what it is assigned to, when it is a function without one.</summary>
    private ExpressionNode Named(Syntax target, Syntax value) => target is NameSyntax named && value is ClassSyntax { Name: null } made ? Class(made, named.Name) : target is NameSyntax name && value is FunctionSyntax { Name: null } function
        ? new FunctionNode(Function(function with { Name = name.Name }, isNamed: false))
        : Expression(value);

    /// <summary>Short text of a callee for messages.</summary>
    private static string Text(Syntax syntax) => syntax switch
    {
        NameSyntax name => name.Name,
        ThisSyntax => "this",
        MemberSyntax { Property: LiteralSyntax { Value.AsString: { } name } } member => $"{Text(member.Target)}.{name}",
        ParenthesizedSyntax inner => Text(inner.Inner),
        _ => "(intermediate value)",
    };
}
