using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Parsing;

namespace Sluice.Workflows.Expressions.Compilation;

internal sealed partial class Compiler
{
    private FunctionCode Function(FunctionSyntax function, bool isNamed = true, bool isStatic = false)
    {
        var outer = _scope;
        var (outerCount, outerFunction, outerLabels) = (_count, _function, _labels);
        _function = new FunctionContext
        {
            IsArrow = function.IsArrow,
            IsAsync = function.IsAsync,
            IsGenerator = function.IsGenerator,
            IsDerived = function.IsArrow ? _function.IsDerived : function.IsDerived,
            IsStatic = function.IsArrow ? _function.IsStatic : isStatic,
        };
        _scope = new VariableScope(outer) { Function = _function };
        (_count, _labels) = (0, []);

        var written = function.Parameters;
        var rest = written.Count > 0 && written[^1] is SpreadSyntax last ? last : null;
        if (rest is not null) written = [.. written.SkipLast(1)];
        var isSimple = rest is null && written.All(p => p is NameSyntax) && written.Select(p => ((NameSyntax)p).Name).Distinct(StringComparer.Ordinal).Count() == written.Count;
        if (written.Any(p => p is SpreadSyntax)) throw Fail(function, "only the last parameter can take the rest");
        Target[] parameters = [.. written.Select(p => Pattern(p, "let"))];
        var restTarget = rest is null ? null : Pattern(rest.Value, "let");
        var selfSlot = isNamed && function is { IsArrow: false, IsMethod: false, Name: { } own } && !_scope.TryFind(own, out _, out _) ? _scope.Declare(own, isConstant: false) : -1;

        ExpressionNode? value = null;
        Statement? body = null;
        if (function.Body is BlockSyntax block) body = Statements(block.Statements);
        else value = Expression(function.Body);

        var code = new FunctionCode
        {
            Name = function.Name ?? "",
            FrameSize = _scope.Size,
            Parameters = parameters,
            Length = written.TakeWhile(p => p is not AssignSyntax).Count(),
            IsSimple = isSimple,
            Rest = restTarget,
            Value = value,
            Body = body,
            IsArrow = function.IsArrow,
            IsAsync = function.IsAsync,
            IsGenerator = function.IsGenerator,
            IsConstructor = function is { IsArrow: false, IsAsync: false, IsGenerator: false, IsMethod: false } && _given is not null,
            SelfSlot = selfSlot,
            ArgumentsSlot = _function.ArgumentsSlot,
            Cost = 1 + _count,
        };
        _scope = outer;
        (_function, _labels) = (outerFunction, outerLabels);
        _count += outerCount;
        return code;
    }

    /// <summary>What a value is taken apart into.</summary>
    /// <param name="declares">The kind of the declaration; null when what is named exists already.</param>
    private Target Pattern(Syntax pattern, string? declares)
    {
        _count++;
        switch (pattern)
        {
            case ParenthesizedSyntax inner when declares is null: return Pattern(inner.Inner, null);
            case NameSyntax name when declares is null: return Variable(name);
            case NameSyntax name:
                if (name.Name is "eval" or "arguments") throw Fail(name, $"a variable cannot be called '{name.Name}'");
                if (declares == "var") return FunctionVariable(name.Name);
                return new LocalTarget(_scope.Declare(name.Name, declares == "const"));
            case AssignSyntax { Operator: "" } withDefault:
                // The default cannot see the variable that it is for, but those before it.
                var missing = Named(withDefault.Target, withDefault.Value);
                if (missing.Suspends) throw Fail(withDefault.Value, "'await' and 'yield' cannot stand in the default of a pattern; put the value into a variable before");
                return new DefaultTarget(Pattern(withDefault.Target, declares), missing);
            case MemberSyntax { Property: PrivateNameSyntax hidden } member: return new PrivateTarget(Expression(member.Target), Private(hidden));
            case MemberSyntax { Target: SuperSyntax } member: return new SuperTarget(Owner(member), _function.IsStatic, Expression(member.Property), This());
            case MemberSyntax { IsOptional: false } member:
                _copies = true;
                return new MemberTarget(Expression(member.Target), Expression(member.Property));
            case ArraySyntax array:
                var elements = array.Elements;
                var others = elements.Count > 0 && elements[^1] is SpreadSyntax last ? last : null;
                if (others is not null) elements = [.. elements.SkipLast(1)];
                if (elements.FirstOrDefault(e => e is SpreadSyntax) is { } early) throw Fail(early, "only the last part can take the rest");
                return new ArrayPattern([.. elements.Select(e => e is null ? null : Pattern(e, declares))], others is null ? null : Pattern(others.Value, declares));
            case ObjectSyntax fields:
                var properties = fields.Properties;
                var remaining = properties.Count > 0 && properties[^1].Key is null ? properties[^1] : null;
                if (remaining is not null) properties = [.. properties.SkipLast(1)];
                if (properties.FirstOrDefault(p => p.Key is null) is { } tooEarly) throw Fail(tooEarly.Value, "only the last part can take the rest");
                return new ObjectPattern(
                    [.. properties.Select(p => (Expression(p.Key!), Pattern(p.Value, declares)))],
                    remaining is null ? null : Pattern(((SpreadSyntax)remaining.Value).Value, declares));
            default: throw Fail(pattern, "this cannot be assigned to");
        }
    }

    private BlockStatement Statements(IReadOnlyList<Syntax> statements)
    {
        // Functions can be called before the line they are written on.
        foreach (var statement in statements)
            if (statement is DeclarationSyntax { Kind: "function" } function) _scope.Declare(((NameSyntax)function.Variables[0].Target).Name, isConstant: false);
        // Variables exist in their whole block, so that functions in it can name those that come later.
        foreach (var statement in statements)
            if (statement is DeclarationSyntax { Kind: not "function" } declaration) Reserve(declaration);
        var compiled = new List<Statement>();
        foreach (var statement in statements.Where(s => s is DeclarationSyntax { Kind: "function" })) compiled.Add(Statement(statement));
        foreach (var statement in statements.Where(s => s is not DeclarationSyntax { Kind: "function" })) compiled.Add(Statement(statement));
        return new BlockStatement([.. compiled]);
    }

    private void Reserve(DeclarationSyntax declaration)
    {
        foreach (var (target, _) in declaration.Variables)
            foreach (var name in Names(target))
            {
                if (declaration.Kind == "var") FunctionVariable(name);
                else _scope.Declare(name, isConstant: declaration.Kind == "const");
            }
    }

    /// <summary>A variable of the whole function, whatever blocks and loops are around its declaration.</summary>
    private Target FunctionVariable(string name)
    {
        var levels = 0;
        var scope = _scope;
        for (; scope.IsLoop; scope = scope.Parent!) levels++;
        var slot = scope.DeclareOutside(name);
        return levels == 0 ? new LocalTarget(slot) : new OuterTarget(levels, slot);
    }

    private static IEnumerable<string> Names(Syntax? pattern) => pattern switch
    {
        NameSyntax name => [name.Name],
        AssignSyntax withDefault => Names(withDefault.Target),
        SpreadSyntax rest => Names(rest.Value),
        ArraySyntax array => array.Elements.SelectMany(Names),
        ObjectSyntax fields => fields.Properties.SelectMany(p => Names(p.Value)),
        _ => [],
    };

    private Statement Statement(Syntax syntax) => _given is null || syntax is BlockSyntax ? Unplaced(syntax) : new PlacedStatement(Unplaced(syntax), syntax.Position);

    private Statement Unplaced(Syntax syntax)
    {
        _count++;
        switch (syntax)
        {
            case BlockSyntax block: return InBlock(() => Statements(block.Statements));
            case ExpressionStatementSyntax statement: return new ExpressionStatement(Expression(statement.Expression));
            case DeclarationSyntax declaration: return Declaration(declaration);
            case IfSyntax condition:
                return new IfStatement(Expression(condition.Condition), Statement(condition.Then), condition.Else is null ? null : Statement(condition.Else));
            case ReturnSyntax statement: return new ReturnStatement(statement.Value is null ? null : Expression(statement.Value));
            case ThrowSyntax statement: return new ThrowStatement(Expression(statement.Value));
            case JumpSyntax jump: return new JumpStatement(jump.IsBreak ? Completion.Break : Completion.Continue, jump.Label);
            case LabeledSyntax labeled:
                var around = _labels;
                _labels = labeled.Statement is LabeledSyntax or ForSyntax or ForEachSyntax or WhileSyntax ? [.. around, labeled.Label] : [];
                var named = new LabeledStatement(labeled.Label, Unplaced(labeled.Statement));
                _labels = around;
                return named;
            case SwitchSyntax choice:
                return InBlock(() => new SwitchStatement(Expression(choice.Subject), [.. choice.Cases.Select(c => (c.Test is null ? null : Expression(c.Test), (Statement)Statements(c.Statements)))]));
            case TrySyntax attempt: return Try(attempt);
            case ForSyntax loop:
                return Loop(loop.MakesFunctions, body => new ForStatement(
                    loop.Start is null ? null : Statement(loop.Start),
                    loop.Condition is null ? null : Expression(loop.Condition),
                    loop.Step is null ? null : Expression(loop.Step),
                    body()), loop.Body);
            case ForEachSyntax loop:
                var source = Expression(loop.Source);
                return Loop(loop.MakesFunctions, body => new ForEachStatement(Pattern(loop.Target, loop.Kind.Length == 0 ? null : loop.Kind), source, loop.OverNames, loop.Awaits, body()), loop.Body);
            case WhileSyntax loop:
                var condition2 = Expression(loop.Condition);
                return Loop(loop.MakesFunctions, body => new WhileStatement(condition2, body(), loop.TestsLast), loop.Body);
            default: throw Fail(syntax, "this is not a statement");
        }
    }

    private DeclarationStatement Declaration(DeclarationSyntax declaration)
    {
        var variables = new List<(Target, ExpressionNode)>();
        foreach (var (target, value) in declaration.Variables)
        {
            var compiled = value is null ? new LiteralNode(default) : Named(target, value);
            if (value is not null || declaration.Kind != "var") variables.Add((Pattern(target, declaration.Kind == "function" ? "let" : declaration.Kind), compiled));
            else Pattern(target, declaration.Kind);
        }

        return new DeclarationStatement([.. variables]);
    }

    private TryStatement Try(TrySyntax attempt)
    {
        var body = Statement(attempt.Body);
        Target? parameter = null;
        Statement? handler = null;
        if (attempt.Handler is not null)
        {
            _scope.OpenBlock();
            if (attempt.Parameter is not null) parameter = Pattern(attempt.Parameter, "let");
            handler = Statement(attempt.Handler);
            _scope.CloseBlock();
        }

        return new TryStatement(body, parameter, handler, attempt.Finally is null ? null : Statement(attempt.Finally));
    }

    private T InBlock<T>(Func<T> compile)
    {
        _scope.OpenBlock();
        var result = compile();
        _scope.CloseBlock();
        return result;
    }

    /// <summary>Compiles a loop: in the frame of the function, or in one of its own for each turn when its body makes functions.</summary>
    private Statement Loop(bool makesFunctions, Func<Func<LoopBody>, Statement> compile, Syntax body)
    {
        var (count, labels) = (_count, _labels);
        _labels = [];
        if (!makesFunctions) return InBlock(() => compile(() => new LoopBody(Statement(body), -1, 1 + _count - count, labels)));
        var outer = _scope;
        _scope = new VariableScope(outer, isLoop: true);
        // The body comes last, so that the frame has all its variables by then.
        var result = compile(() =>
        {
            var statement = Statement(body);
            return new LoopBody(statement, _scope.Size, 1 + _count - count, labels);
        });
        _scope = outer;
        return result;
    }
}
