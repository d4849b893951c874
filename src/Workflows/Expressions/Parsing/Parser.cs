namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>Parses the expression grammar of ECMAScript 2023, and the statements that function bodies are made of (in Parser.Statements.cs). Operators are here, chains of members and calls in Parser.Chains.cs, what they begin with in Parser.Primaries.cs.</summary>
internal sealed partial class Parser
{
    /// <summary>Deeper nesting is refused: parsing, compiling and evaluating all go as deep as the text does. Scripts are longer and nest more.</summary>
    private const int MaximumDepth = 100, MaximumScriptDepth = 300;

    /// <summary>Operators of one rank, or members and calls, one after the other.</summary>
    private const int MaximumChain = 1000;

    private static readonly Dictionary<string, int> BinaryPrecedence = new(StringComparer.Ordinal)
    {
        ["??"] = 1,
        ["||"] = 2,
        ["&&"] = 3,
        ["|"] = 4,
        ["^"] = 5,
        ["&"] = 6,
        ["=="] = 7,
        ["!="] = 7,
        ["==="] = 7,
        ["!=="] = 7,
        ["<"] = 8,
        [">"] = 8,
        ["<="] = 8,
        [">="] = 8,
        ["instanceof"] = 8,
        ["in"] = 8,
        ["<<"] = 9,
        [">>"] = 9,
        [">>>"] = 9,
        ["+"] = 10,
        ["-"] = 10,
        ["*"] = 11,
        ["/"] = 11,
        ["%"] = 11,
        ["**"] = 12,
    };

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "export", "extends", "false",
        "finally", "for", "function", "if", "import", "in", "instanceof", "new", "null", "return", "super", "switch", "this", "throw", "true", "try",
        "typeof", "var", "void", "while", "with", "yield", "let", "static", "await", "async",
    };

    private readonly Lexer _lexer;
    private Token _token;
    private int _lastEnd;
    private int _depth;
    private bool _noIn;

    /// <summary>The first <c>{name = value}</c> that no pattern has claimed yet; -1 for none.</summary>
    private int _cover = -1;

    /// <summary>Whether it is a script: statements, and functions that wait.</summary>
    private readonly bool _script;

    /// <summary>Whether what is being read is in a function that may wait.</summary>
    private bool _async;

    /// <summary>Whether what is being read is in a function that yields.</summary>
    private bool _generator;

    private Parser(string source, int start, int end, bool script = false)
    {
        _script = script;
        _lexer = new Lexer(source, start, end);
        _lastEnd = start;
        Advance();
    }

    /// <summary>Parses one expression that fills the whole stretch; a semicolon may end it.</summary>
    /// <returns>Null when there is nothing but blanks and comments.</returns>
    /// <exception cref="ExpressionSyntaxException">It is none.</exception>
    public static Syntax? Parse(string source, int start, int end)
    {
        var parser = new Parser(source, start, end);
        if (parser._token.Kind == TokenKind.End) return null;
        var expression = parser.Expression();
        while (parser._token.Is(";")) parser.Advance();
        if (parser._token.Kind != TokenKind.End) throw parser.Unexpected();
        return expression;
    }

    /// <summary>Parses the body of a function that may wait, which fills the whole text.</summary>
    /// <exception cref="ExpressionSyntaxException">It is none.</exception>
    public static FunctionSyntax ParseScript(string source)
    {
        var parser = new Parser(source, 0, source.Length, script: true) { _async = true };
        var statements = new List<Syntax>();
        while (parser._token.Kind != TokenKind.End)
            if (!parser.Take(";")) statements.Add(parser.Statement());
        return new FunctionSyntax(0, null, [], new BlockSyntax(0, statements), IsArrow: true, IsAsync: true);
    }

    private void Advance()
    {
        _lastEnd = _token.End == 0 ? _lastEnd : _token.End;
        _token = _lexer.Next();
    }

    private bool Take(string punctuator)
    {
        if (!_token.Is(punctuator)) return false;
        Advance();
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!_token.IsWord(word)) return false;
        Advance();
        return true;
    }

    private void Expect(string punctuator)
    {
        if (!Take(punctuator)) throw Fail($"expected '{punctuator}', found {_token}");
    }

    private ExpressionSyntaxException Unexpected() => Fail(_token.Kind == TokenKind.End ? _script ? "the code is not complete" : "the expression is not complete" : $"unexpected {_token}");

    private ExpressionSyntaxException Fail(string message) => new(message, _token.Start);

    private void Enter()
    {
        var most = _script ? MaximumScriptDepth : MaximumDepth;
        if (++_depth > most) throw Fail($"nested deeper than {most} levels");
    }

    private Syntax Expression()
    {
        var position = _token.Start;
        var first = Assignment();
        if (!_token.Is(",")) return first;
        var parts = new List<Syntax> { first };
        while (Take(",")) parts.Add(Assignment());
        return new SequenceSyntax(position, parts);
    }

    private Syntax ExpressionWithIn()
    {
        var outer = _noIn;
        _noIn = false;
        var result = Expression();
        _noIn = outer;
        return result;
    }

    private Syntax AssignmentWithIn()
    {
        var outer = _noIn;
        _noIn = false;
        var result = Assignment();
        _noIn = outer;
        return result;
    }

    private Syntax Assignment()
    {
        Enter();
        var position = _token.Start;
        var coverBefore = _cover;
        if (_script && _token.IsWord("async") && AsyncFunction() is { } waiting)
        {
            _depth--;
            return waiting;
        }

        if (_generator && _token.IsWord("yield"))
        {
            var yields = Yield();
            _depth--;
            return yields;
        }

        if ((!_script && _token.IsWord("yield")) || (!_script && (_token.IsWord("async") || _token.IsWord("await")))) throw Fail($"'{_token.Text}' has no meaning here: expressions do not wait");
        var left = Conditional();
        if (_token.Is("=>") && !_token.AfterNewLine)
        {
            left = Arrow(left, position);
            _cover = coverBefore;
        }
        else if (_token.Kind == TokenKind.Punctuator && _token.Text.EndsWith('=') && _token.Text is not ("==" or "===" or "!=" or "!==" or "<=" or ">="))
        {
            var sign = _token.Text[..^1];
            RequireTarget(left, allowPattern: sign.Length == 0);
            if (left is ArraySyntax or ObjectSyntax) _cover = coverBefore;
            Advance();
            left = new AssignSyntax(position, sign, left, Assignment());
        }

        if (_cover >= 0 && coverBefore < 0 && _depth == 1) throw new ExpressionSyntaxException("'{name = value}' is a pattern, not an object", _cover);
        _depth--;
        return left;
    }

    private static void RequireTarget(Syntax target, bool allowPattern)
    {
        var plain = target is ParenthesizedSyntax inner ? inner.Inner : target;
        if (plain is NameSyntax or MemberSyntax { IsOptional: false }) return;
        if (allowPattern && target is ArraySyntax or ObjectSyntax)
        {
            RequirePattern(target);
            return;
        }

        throw new ExpressionSyntaxException("this cannot be assigned to", target.Position);
    }

    private static void RequirePattern(Syntax pattern, bool onlyNames = false)
    {
        switch (pattern)
        {
            case AssignSyntax { Operator: "" } withDefault: RequirePattern(withDefault.Target, onlyNames); break;
            case SpreadSyntax rest: RequirePattern(rest.Value, onlyNames); break;
            case ArraySyntax array:
                foreach (var element in array.Elements)
                    if (element is not null) RequirePattern(element, onlyNames);
                break;
            case ObjectSyntax fields:
                foreach (var property in fields.Properties) RequirePattern(property.Value, onlyNames);
                break;
            case NameSyntax: break;
            case MemberSyntax { IsOptional: false } when !onlyNames: break;
            default: throw new ExpressionSyntaxException("this is not a pattern", pattern.Position);
        }
    }

    private FunctionSyntax Arrow(Syntax left, int position, bool isAsync = false)
    {
        IReadOnlyList<Syntax> parameters = left switch
        {
            NameSyntax name => [name],
            ParenthesizedSyntax { Inner: ArgumentsSyntax list } => list.Items,
            ParenthesizedSyntax { Inner: SequenceSyntax list } => list.Parts,
            ParenthesizedSyntax single => [single.Inner],
            _ => throw Fail("unexpected '=>'"),
        };
        foreach (var parameter in parameters) RequirePattern(parameter, onlyNames: true);
        Expect("=>");
        _functions++;
        var outer = (_async, _generator);
        (_async, _generator) = (isAsync, false);
        var body = _token.Is("{") ? FunctionBody(isAsync) : Assignment();
        (_async, _generator) = outer;
        return new FunctionSyntax(position, null, parameters, body, IsArrow: true, isAsync);
    }

    private Syntax Conditional()
    {
        var position = _token.Start;
        var condition = Binary(0);
        if (!Take("?")) return condition;
        var then = AssignmentWithIn();
        Expect(":");
        return new ConditionalSyntax(position, condition, then, Assignment());
    }

    private Syntax Binary(int minimum)
    {
        var position = _token.Start;
        var left = _token.Is("#") ? PrivateName() : Unary();
        if (left is PrivateNameSyntax && !_token.IsWord("in")) throw Unexpected();
        var links = 0;
        while (Operator() is { } sign && BinaryPrecedence[sign] > minimum)
        {
            // What groups to the left is as deep as it is long.
            if (++links > MaximumChain) throw Fail("the chain is too long");
            var precedence = BinaryPrecedence[sign];
            if (sign == "**" && left is UnarySyntax) throw Fail("put parentheses around the sign before '**'");
            var at = _token.Start;
            Advance();
            Enter();
            // Exponentiation is the one that groups to the right.
            var right = Binary(sign == "**" ? precedence - 1 : precedence);
            _depth--;
            if ((sign == "??" && (IsLogical(left) || IsLogical(right))) || (sign is "||" or "&&" && (IsCoalesce(left) || IsCoalesce(right))))
                throw new ExpressionSyntaxException("'??' beside '||' or '&&' needs parentheses", at);
            left = new BinarySyntax(position, sign, left, right);
        }

        return left;
    }

    private static bool IsLogical(Syntax side) => side is BinarySyntax { Operator: "||" or "&&" };

    private static bool IsCoalesce(Syntax side) => side is BinarySyntax { Operator: "??" };

    private string? Operator()
    {
        if (_token.Kind == TokenKind.Name && !_token.Escaped) return _token.Text is "instanceof" || (_token.Text == "in" && !_noIn) ? _token.Text : null;
        return _token.Kind == TokenKind.Punctuator && BinaryPrecedence.ContainsKey(_token.Text) ? _token.Text : null;
    }

    private Syntax Unary()
    {
        var position = _token.Start;
        if ((_token.Kind == TokenKind.Punctuator && _token.Text is "!" or "-" or "+" or "~") || _token.IsWord("typeof") || _token.IsWord("void") || _token.IsWord("delete"))
        {
            var sign = _token.Text;
            Advance();
            Enter();
            var operand = Unary();
            _depth--;
            return new UnarySyntax(position, sign, operand);
        }

        if (_script && _token.IsWord("await"))
        {
            if (!_async) throw Fail("'await' stands in a function that is not async");
            Advance();
            Enter();
            var promise = Unary();
            _depth--;
            return new AwaitSyntax(position, promise);
        }

        if (_token.Is("++") || _token.Is("--"))
        {
            var step = _token.Is("++") ? 1 : -1;
            Advance();
            Enter();
            var operand = Unary();
            _depth--;
            RequireTarget(operand, allowPattern: false);
            return new UpdateSyntax(position, operand, step, IsPrefix: true);
        }

        var target = Postfix();
        if ((!_token.Is("++") && !_token.Is("--")) || _token.AfterNewLine) return target;
        RequireTarget(target, allowPattern: false);
        var change = _token.Is("++") ? 1 : -1;
        Advance();
        return new UpdateSyntax(position, target, change, IsPrefix: false);
    }

    /// <summary>What stands between parentheses that can only be parameters: nothing, a rest, a trailing comma.</summary>
    private sealed record ArgumentsSyntax(int Position, IReadOnlyList<Syntax> Items) : Syntax(Position);
}
