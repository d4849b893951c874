using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>Parses the expression grammar of ECMAScript 2023, and the statements that function bodies are made of (in Parser.Statements.cs).</summary>
internal sealed partial class Parser
{
    /// <summary>Deeper nesting is refused: parsing, compiling and evaluating all go as deep as the text does.</summary>
    private const int MaximumDepth = 100;

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

    private Parser(string source, int start, int end)
    {
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

    private ExpressionSyntaxException Unexpected() => Fail(_token.Kind == TokenKind.End ? "the expression is not complete" : $"unexpected {_token}");

    private ExpressionSyntaxException Fail(string message) => new(message, _token.Start);

    private void Enter()
    {
        if (++_depth > MaximumDepth) throw Fail($"nested deeper than {MaximumDepth} levels");
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
        if (_token.IsWord("async") || _token.IsWord("await") || _token.IsWord("yield")) throw Fail($"'{_token.Text}' has no meaning here: expressions do not wait");
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

    private FunctionSyntax Arrow(Syntax left, int position)
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
        var body = _token.Is("{") ? FunctionBody() : Assignment();
        return new FunctionSyntax(position, null, parameters, body, IsArrow: true);
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
        var left = Unary();
        while (Operator() is { } sign && BinaryPrecedence[sign] > minimum)
        {
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

    private Syntax Postfix()
    {
        var position = _token.Start;
        var target = _token.IsWord("new") ? New() : Primary();
        var optional = false;
        var links = 0;
        while (true)
        {
            var at = _token.Start;
            // A chain is as deep as it is long.
            if (++links > 1000) throw Fail("the chain is too long");
            if (Take("?."))
            {
                optional = true;
                if (_token.Is("(")) target = new CallSyntax(at, target, Arguments(), IsOptional: true);
                else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: true);
                else target = new MemberSyntax(at, target, MemberName(), IsOptional: true);
            }
            else if (Take(".")) target = new MemberSyntax(at, target, MemberName(), IsOptional: false);
            else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: false);
            else if (_token.Is("(")) target = new CallSyntax(at, target, Arguments(), IsOptional: false);
            else if (_token.Kind == TokenKind.Number && _token.Text[0] == '.' && _token.Start == _lastEnd && _token.Text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
            {
                // `items.0.name`: no number can stand here, so it is the index that template languages write this way.
                target = new MemberSyntax(at, target, new LiteralSyntax(at + 1, _token.Text[1..]), IsOptional: false);
                Advance();
            }
            else if (_token.Kind == TokenKind.Template) throw Fail("tagged templates are not supported");
            else break;
        }

        return optional ? new ChainSyntax(position, target) : target;
    }

    private Syntax Index()
    {
        Expect("[");
        Enter();
        var index = ExpressionWithIn();
        _depth--;
        Expect("]");
        return index;
    }

    private LiteralSyntax MemberName()
    {
        if (_token.Kind != TokenKind.Name) throw _token.Is("#") ? Fail("private members do not exist here") : Unexpected();
        var name = new LiteralSyntax(_token.Start, _token.Text);
        Advance();
        return name;
    }

    private List<Syntax> Arguments()
    {
        Expect("(");
        Enter();
        var arguments = new List<Syntax>();
        while (!_token.Is(")"))
        {
            var at = _token.Start;
            arguments.Add(Take("...") ? new SpreadSyntax(at, AssignmentWithIn()) : AssignmentWithIn());
            if (!_token.Is(")")) Expect(",");
        }

        Expect(")");
        _depth--;
        return arguments;
    }

    private Syntax New()
    {
        var position = _token.Start;
        Advance();
        if (_token.Is(".")) throw Fail("'new.target' is not supported");
        Enter();
        var target = _token.IsWord("new") ? New() : Primary();
        while (true)
        {
            var at = _token.Start;
            if (Take(".")) target = new MemberSyntax(at, target, MemberName(), IsOptional: false);
            else if (_token.Is("[")) target = new MemberSyntax(at, target, Index(), IsOptional: false);
            else break;
        }

        _depth--;
        return new NewSyntax(position, target, _token.Is("(") ? Arguments() : []);
    }

    private Syntax Primary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new LiteralSyntax(token.Start, token.Number);
            case TokenKind.BigInt:
                Advance();
                return new LiteralSyntax(token.Start, Evaluation.JsBigInt.ParseLiteral(token.Text, token.Start));
            case TokenKind.String:
                Advance();
                return new LiteralSyntax(token.Start, token.Text);
            case TokenKind.Template:
                return Template();
            case TokenKind.Name:
                return Word();
            case TokenKind.Punctuator when token.Text == "(":
                return Parenthesized();
            case TokenKind.Punctuator when token.Text == "[":
                return ArrayLiteral();
            case TokenKind.Punctuator when token.Text == "{":
                return ObjectLiteral();
            case TokenKind.Punctuator when token.Text is "/" or "/=":
                var (pattern, flags) = _lexer.RegularExpression(token.Start);
                Advance();
                return new RegularExpressionSyntax(token.Start, pattern, flags);
            default:
                throw Unexpected();
        }
    }

    private Syntax Word()
    {
        var token = _token;
        if (!token.Escaped)
        {
            switch (token.Text)
            {
                case "true" or "false":
                    Advance();
                    return new LiteralSyntax(token.Start, token.Text == "true");
                case "null":
                    Advance();
                    return new LiteralSyntax(token.Start, JsValue.Null);
                case "this":
                    Advance();
                    return new ThisSyntax(token.Start);
                case "function":
                    return Function();
                case "class": throw Fail("classes are not supported in expressions");
                case "import": throw Fail("'import' leads nowhere: expressions have no modules");
                case "let" or "static" or "async" or "await": break;
                default:
                    if (Reserved.Contains(token.Text)) throw Unexpected();
                    break;
            }
        }

        Advance();
        return new NameSyntax(token.Start, token.Text);
    }

    private ParenthesizedSyntax Parenthesized()
    {
        var position = _token.Start;
        Expect("(");
        Enter();
        var items = new List<Syntax>();
        var onlyParameters = _token.Is(")");
        while (!_token.Is(")"))
        {
            var at = _token.Start;
            if (Take("..."))
            {
                onlyParameters = true;
                items.Add(new SpreadSyntax(at, AssignmentWithIn()));
            }
            else items.Add(AssignmentWithIn());

            if (_token.Is(")")) break;
            Expect(",");
            onlyParameters |= _token.Is(")");
        }

        Expect(")");
        _depth--;
        if (onlyParameters && !_token.Is("=>")) throw items.Count == 0 ? Unexpected() : new ExpressionSyntaxException("only the parameters of a function may be written like this", position);
        return new ParenthesizedSyntax(position, onlyParameters ? new ArgumentsSyntax(position, items) : items.Count == 1 ? items[0] : new SequenceSyntax(position, items));
    }

    private ArraySyntax ArrayLiteral()
    {
        var position = _token.Start;
        Expect("[");
        Enter();
        var elements = new List<Syntax?>();
        while (!_token.Is("]"))
        {
            var at = _token.Start;
            if (Take(","))
            {
                elements.Add(null);
                continue;
            }

            elements.Add(Take("...") ? new SpreadSyntax(at, AssignmentWithIn()) : AssignmentWithIn());
            if (!_token.Is("]")) Expect(",");
        }

        Expect("]");
        _depth--;
        return new ArraySyntax(position, elements);
    }

    private ObjectSyntax ObjectLiteral()
    {
        var position = _token.Start;
        Expect("{");
        Enter();
        var properties = new List<PropertySyntax>();
        while (!_token.Is("}"))
        {
            properties.Add(Property());
            if (!_token.Is("}")) Expect(",");
        }

        Expect("}");
        _depth--;
        return new ObjectSyntax(position, properties);
    }

    private PropertySyntax Property()
    {
        var token = _token;
        if (Take("...")) return new PropertySyntax(token.Start, null, new SpreadSyntax(token.Start, AssignmentWithIn()));
        Syntax key;
        if (_token.Is("[")) key = Index();
        else
        {
            key = new LiteralSyntax(token.Start, token.Kind switch
            {
                TokenKind.Name or TokenKind.String => token.Text,
                TokenKind.Number => JsNumberText.Format(token.Number),
                _ => throw Unexpected(),
            });
            Advance();
            if (token.Kind == TokenKind.Name && token.Text is "get" or "set" or "async" or "static" && !_token.Is(",") && !_token.Is(":") && !_token.Is("}") && !_token.Is("(") && !_token.Is("="))
                throw Fail($"'{token.Text}' methods are not supported in expressions");
        }

        if (Take(":")) return new PropertySyntax(token.Start, key, AssignmentWithIn());
        if (_token.Is("(")) return new PropertySyntax(token.Start, key, Method(token));
        if (token.Kind != TokenKind.Name || key is not LiteralSyntax) throw Unexpected();
        if (!token.Escaped && Reserved.Contains(token.Text) && token.Text is not ("let" or "static" or "async" or "await")) throw new ExpressionSyntaxException($"unexpected {token}", token.Start);
        var name = new NameSyntax(token.Start, token.Text);
        if (!_token.Is("=")) return new PropertySyntax(token.Start, key, name);
        if (_cover < 0) _cover = _token.Start;
        Advance();
        return new PropertySyntax(token.Start, key, new AssignSyntax(token.Start, "", name, AssignmentWithIn()), IsCover: true);
    }

    private TemplateSyntax Template()
    {
        var position = _token.Start;
        Enter();
        var texts = new List<string>();
        var values = new List<Syntax>();
        while (true)
        {
            var (text, last) = _lexer.TemplatePart();
            texts.Add(text);
            if (last) break;
            Advance();
            values.Add(ExpressionWithIn());
            if (!_token.Is("}")) throw Fail($"expected '}}', found {_token}");
            // What follows the brace is text again.
            _lexer.Position = _token.End;
        }

        _depth--;
        Advance();
        return new TemplateSyntax(position, texts, values);
    }

    /// <summary>What stands between parentheses that can only be parameters: nothing, a rest, a trailing comma.</summary>
    private sealed record ArgumentsSyntax(int Position, IReadOnlyList<Syntax> Items) : Syntax(Position);
}
