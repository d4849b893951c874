using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>What operators stand between: names, literals, parentheses, lists, objects, templates.</summary>
internal sealed partial class Parser
{
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
                case "class": return Class();
                case "super": return Super();
                case "import": throw Fail($"'import' leads nowhere: {Kind} has no modules");
                case "let" or "static" or "async" or "await" or "yield" when token.Text != "yield" || (_script && !_generator): break;
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
        if (_token.Is("*")) return SpecialMethod(token);
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
                return SpecialMethod(token);
        }

        if (Take(":")) return new PropertySyntax(token.Start, key, AssignmentWithIn());
        if (_token.Is("(")) return new PropertySyntax(token.Start, key, Method(token));
        if (token.Kind != TokenKind.Name || key is not LiteralSyntax) throw Unexpected();
        if (!token.Escaped && Reserved.Contains(token.Text) && token.Text is not ("let" or "static" or "async" or "await") && !(_script && token.Text == "yield")) throw new ExpressionSyntaxException($"unexpected {token}", token.Start);
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
        var raw = new List<string>();
        var values = new List<Syntax>();
        while (true)
        {
            var from = _lexer.Position;
            var (text, last) = _lexer.TemplatePart();
            texts.Add(text);
            raw.Add(_lexer.RawTemplate(from, last));
            if (last) break;
            Advance();
            values.Add(ExpressionWithIn());
            if (!_token.Is("}")) throw Fail($"expected '}}', found {_token}");
            // What follows the brace is text again.
            _lexer.Position = _token.End;
        }

        _depth--;
        Advance();
        return new TemplateSyntax(position, texts, raw, values);
    }
}
