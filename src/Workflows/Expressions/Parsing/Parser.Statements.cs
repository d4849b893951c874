namespace Sluice.Workflows.Expressions.Parsing;

internal sealed partial class Parser
{
    /// <summary>How many functions were met: a loop whose body makes some needs new variables for each turn.</summary>
    private int _functions;

    private string Kind => _script ? "code" : "an expression";

    /// <summary>A function that begins with <c>async</c>; null, and nothing is taken, when that is only a name.</summary>
    private FunctionSyntax? AsyncFunction()
    {
        var (token, lastEnd, at) = (_token, _lastEnd, _lexer.Position);
        Advance();
        if (!_token.AfterNewLine)
        {
            if (_token.IsWord("function")) return Function(isAsync: true);
            if (_token.Kind == TokenKind.Name || _token.Is("("))
            {
                var cover = _cover;
                var left = Primary();
                if (_token.Is("=>"))
                {
                    _cover = cover;
                    return Arrow(left, token.Start, isAsync: true);
                }
            }
        }

        (_token, _lastEnd, _lexer.Position) = (token, lastEnd, at);
        return null;
    }

    private FunctionSyntax Function(bool isAsync = false)
    {
        var position = _token.Start;
        _functions++;
        Advance();
        var isGenerator = GeneratorStar();
        string? name = null;
        if (_token.Kind == TokenKind.Name)
        {
            name = _token.Text;
            Advance();
        }

        var parameters = Parameters();
        return new FunctionSyntax(position, name, parameters, FunctionBody(isAsync, isGenerator), IsArrow: false, isAsync, isGenerator);
    }

    private bool GeneratorStar()
    {
        if (!_token.Is("*")) return false;
        if (!_script) throw Fail($"generators are not supported in {Kind}");
        Advance();
        return true;
    }

    private FunctionSyntax Method(Token name, bool isAsync = false, bool isGenerator = false)
    {
        _functions++;
        return new(name.Start, name.Text, Parameters(), FunctionBody(isAsync, isGenerator), IsArrow: false, isAsync, isGenerator) { IsMethod = true };
    }

    private List<Syntax> Parameters()
    {
        Expect("(");
        var parameters = new List<Syntax>();
        while (!_token.Is(")"))
        {
            var at = _token.Start;
            var before = _cover;
            var parameter = Take("...") ? new SpreadSyntax(at, AssignmentWithIn()) : AssignmentWithIn();
            RequirePattern(parameter, onlyNames: true);
            _cover = before;
            parameters.Add(parameter);
            if (!_token.Is(")")) Expect(",");
        }

        Expect(")");
        return parameters;
    }

    private BlockSyntax FunctionBody(bool isAsync, bool isGenerator = false)
    {
        var (depth, noIn, outer) = (_depth, _noIn, (_async, _generator));
        (_noIn, _async, _generator) = (false, isAsync, isGenerator);
        var block = Block();
        (_async, _generator) = outer;
        _noIn = noIn;
        _depth = depth;
        return block;
    }

    private BlockSyntax Block()
    {
        var position = _token.Start;
        Enter();
        Expect("{");
        var statements = new List<Syntax>();
        while (!_token.Is("}"))
        {
            if (_token.Kind == TokenKind.End) throw Unexpected();
            if (!Take(";")) statements.Add(Statement());
        }

        Expect("}");
        _depth--;
        return new BlockSyntax(position, statements);
    }

    private Syntax Statement()
    {
        Enter();
        var statement = StatementInside();
        _depth--;
        return statement;
    }

    private Syntax StatementInside()
    {
        var position = _token.Start;
        if (_token.Is("{")) return Block();
        if (Take(";")) return new BlockSyntax(position, []);
        if (_token.Kind == TokenKind.Name && !_token.Escaped)
        {
            switch (_token.Text)
            {
                case "const" or "let" or "var":
                    var declaration = Declaration();
                    EndStatement();
                    return declaration;
                case "async" when _script && AsyncFunction() is { } waiting:
                    if (waiting.IsArrow || waiting.Name is null)
                    {
                        EndStatement();
                        return new ExpressionStatementSyntax(position, waiting);
                    }

                    return new DeclarationSyntax(position, "function", [(new NameSyntax(position, waiting.Name), waiting)]);
                case "function":
                    var function = Function();
                    return new DeclarationSyntax(position, "function", [(new NameSyntax(position, function.Name ?? throw Fail("the function has no name")), function)]);
                case "class":
                    var made = Class();
                    return new DeclarationSyntax(position, "let", [(new NameSyntax(position, made.Name ?? throw Fail("the class has no name")), made)]);
                case "debugger" when _script:
                    Advance();
                    EndStatement();
                    return new BlockSyntax(position, []);
                case "if": return If();
                case "for": return For();
                case "while": return While();
                case "do": return DoWhile();
                case "switch": return Switch();
                case "try": return Try();
                case "return":
                    Advance();
                    var value = _token.Is(";") || _token.Is("}") || _token.AfterNewLine || _token.Kind == TokenKind.End ? null : Expression();
                    EndStatement();
                    return new ReturnSyntax(position, value);
                case "throw":
                    Advance();
                    var thrown = Expression();
                    EndStatement();
                    return new ThrowSyntax(position, thrown);
                case "break" or "continue":
                    var isBreak = _token.Text == "break";
                    Advance();
                    string? label = null;
                    if (_token.Kind == TokenKind.Name && !_token.AfterNewLine)
                    {
                        label = _token.Text;
                        if (!_labels.Contains(label)) throw Fail($"there is no label '{label}' around this");
                        Advance();
                    }

                    EndStatement();
                    return new JumpSyntax(position, isBreak, label);
            }
        }

        var expression = Expression();
        if (expression is NameSyntax named && _token.Is(":")) return Labeled(named);
        EndStatement();
        return new ExpressionStatementSyntax(position, expression);
    }

    private readonly List<string> _labels = [];

    private LabeledSyntax Labeled(NameSyntax label)
    {
        Expect(":");
        _labels.Add(label.Name);
        var statement = Statement();
        _labels.RemoveAt(_labels.Count - 1);
        return new LabeledSyntax(label.Position, label.Name, statement);
    }

    private void EndStatement()
    {
        if (Take(";") || _token.Is("}") || _token.Kind == TokenKind.End || _token.AfterNewLine) return;
        throw Unexpected();
    }

    private DeclarationSyntax Declaration()
    {
        var position = _token.Start;
        var kind = _token.Text;
        Advance();
        var variables = new List<(Syntax, Syntax?)>();
        do
        {
            var target = BindingTarget();
            var value = Take("=") ? Assignment() : null;
            var isLoopVariable = _token.IsWord("of") || _token.IsWord("in");
            if (value is null && !isLoopVariable && (kind == "const" || target is not NameSyntax)) throw Fail("a value is missing");
            variables.Add((target, value));
        }
        while (Take(","));
        return new DeclarationSyntax(position, kind, variables);
    }

    private Syntax BindingTarget()
    {
        var before = _cover;
        Syntax target = _token.Is("[") ? ArrayLiteral() : _token.Is("{") ? ObjectLiteral() : Word();
        RequirePattern(target, onlyNames: true);
        _cover = before;
        return target;
    }

    private Syntax ConditionInParentheses()
    {
        Expect("(");
        var condition = Expression();
        Expect(")");
        return condition;
    }

    private IfSyntax If()
    {
        var position = _token.Start;
        Advance();
        var condition = ConditionInParentheses();
        var then = Statement();
        return new IfSyntax(position, condition, then, TakeWord("else") ? Statement() : null);
    }

    private Syntax For()
    {
        var position = _token.Start;
        var functions = _functions;
        Advance();
        var awaits = _script && _async && TakeWord("await");
        if (_token.IsWord("await")) throw Fail($"'for await' is not supported in {Kind}");
        Expect("(");
        Syntax? start = null;
        if (!_token.Is(";"))
        {
            _noIn = true;
            start = _token.IsWord("const") || _token.IsWord("let") || _token.IsWord("var") ? Declaration() : Expression();
            _noIn = false;
            if (_token.IsWord("of") || _token.IsWord("in")) return ForEach(position, start, functions) with { Awaits = awaits };
        }

        Expect(";");
        var condition = _token.Is(";") ? null : Expression();
        Expect(";");
        var step = _token.Is(")") ? null : Expression();
        Expect(")");
        return new ForSyntax(position, start is null or DeclarationSyntax ? start : new ExpressionStatementSyntax(start.Position, start), condition, step, Statement(), _functions > functions);
    }

    private ForEachSyntax ForEach(int position, Syntax start, int functions)
    {
        var overNames = _token.Text == "in";
        var kind = "";
        var target = start;
        if (start is DeclarationSyntax declaration)
        {
            if (declaration.Variables is not [(var variable, null)]) throw Fail("the loop has more than one variable");
            kind = declaration.Kind;
            target = variable;
        }
        else RequireTarget(target, allowPattern: true);

        Advance();
        var source = overNames ? Expression() : Assignment();
        Expect(")");
        return new ForEachSyntax(position, kind, target, source, overNames, Statement(), _functions > functions);
    }

    private WhileSyntax While()
    {
        var position = _token.Start;
        Advance();
        var condition = ConditionInParentheses();
        var functions = _functions;
        return new WhileSyntax(position, condition, Statement(), TestsLast: false, _functions > functions);
    }

    private WhileSyntax DoWhile()
    {
        var position = _token.Start;
        Advance();
        var functions = _functions;
        var body = Statement();
        var makesFunctions = _functions > functions;
        if (!TakeWord("while")) throw Unexpected();
        var condition = ConditionInParentheses();
        Take(";");
        return new WhileSyntax(position, condition, body, TestsLast: true, makesFunctions);
    }

    private SwitchSyntax Switch()
    {
        var position = _token.Start;
        Advance();
        var subject = ConditionInParentheses();
        Expect("{");
        var cases = new List<(Syntax?, IReadOnlyList<Syntax>)>();
        var hasDefault = false;
        while (!Take("}"))
        {
            Syntax? test = null;
            if (TakeWord("case")) test = Expression();
            else if (!TakeWord("default") || hasDefault) throw Unexpected();
            else hasDefault = true;
            Expect(":");
            var statements = new List<Syntax>();
            while (!_token.IsWord("case") && !_token.IsWord("default") && !_token.Is("}"))
            {
                if (_token.Kind == TokenKind.End) throw Unexpected();
                statements.Add(Statement());
            }

            cases.Add((test, statements));
        }

        return new SwitchSyntax(position, subject, cases);
    }

    private TrySyntax Try()
    {
        var position = _token.Start;
        Advance();
        var body = Block();
        Syntax? parameter = null, handler = null, last = null;
        if (TakeWord("catch"))
        {
            if (Take("("))
            {
                parameter = BindingTarget();
                Expect(")");
            }

            handler = Block();
        }

        if (TakeWord("finally")) last = Block();
        if (handler is null && last is null) throw Unexpected();
        return new TrySyntax(position, body, parameter, handler, last);
    }
}
