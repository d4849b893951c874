namespace Sluice.Workflows.Expressions.JmesPath;

/// <summary>Parses JMESPath by the binding power of its tokens.</summary>
internal sealed class JmesParser
{
    private const int MaximumDepth = 60;

    private static readonly Dictionary<string, int> Power = new(StringComparer.Ordinal)
    {
        ["|"] = 1,
        ["||"] = 2,
        ["&&"] = 3,
        ["=="] = 5,
        ["!="] = 5,
        ["<"] = 5,
        ["<="] = 5,
        [">"] = 5,
        [">="] = 5,
        ["[]"] = 9,
        ["*"] = 20,
        ["[?"] = 21,
        ["."] = 40,
        ["!"] = 45,
        ["{"] = 50,
        ["["] = 55,
        ["("] = 60,
    };

    private readonly List<JmesToken> _tokens;
    private int _at;
    private int _depth;

    private JmesParser(string query) => _tokens = JmesLexer.Read(query);

    private JmesToken Token => _tokens[_at];

    public static JmesNode Parse(string query)
    {
        var parser = new JmesParser(query);
        var node = parser.Expression(0);
        return parser.Token.Kind == JmesTokenKind.End ? node : throw parser.Unexpected();
    }

    private bool Is(string sign) => Token.Kind == JmesTokenKind.Sign && Token.Text == sign;

    private bool Take(string sign)
    {
        if (!Is(sign)) return false;
        _at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Take(sign)) throw Unexpected();
    }

    private JmesSyntaxException Unexpected() => new(Token.Kind == JmesTokenKind.End ? "the query is not complete" : $"unexpected '{Token.Text}'", Token.Position);

    private int PowerOfToken() => Token.Kind == JmesTokenKind.Sign && Power.TryGetValue(Token.Text, out var power) ? power : 0;

    private JmesNode Expression(int power)
    {
        if (++_depth > MaximumDepth) throw new JmesSyntaxException("nested too deeply", Token.Position);
        var left = First();
        var links = 0;
        while (power < PowerOfToken())
        {
            if (++links > 500) throw new JmesSyntaxException("too long", Token.Position);
            left = Next(left);
        }

        _depth--;
        return left;
    }

    private JmesNode First()
    {
        var token = Token;
        _at++;
        switch (token.Kind)
        {
            case JmesTokenKind.Literal: return new LiteralNode(token.Value);
            case JmesTokenKind.Name: return Is("(") ? new FunctionNode(token.Text, Arguments()) : new FieldNode(token.Text);
            case JmesTokenKind.QuotedName: return Is("(") ? throw Unexpected() : new FieldNode(token.Text);
            case JmesTokenKind.Sign:
                switch (token.Text)
                {
                    case "@": return Is("(") ? throw Unexpected() : new CurrentNode();
                    case "*": return new ValueProjectionNode(new CurrentNode(), Is("]") ? new CurrentNode() : ProjectionRight(20));
                    case "!": return new NotNode(Expression(45));
                    case "&": return new ReferenceNode(Expression(0));
                    case "[?": return Filter(new CurrentNode());
                    case "[]": return new ProjectionNode(new FlattenNode(new CurrentNode()), ProjectionRight(9));
                    case "{": return Hash();
                    case "(":
                        var inner = Expression(0);
                        Expect(")");
                        return inner;
                    case "[":
                        if (Token.Kind == JmesTokenKind.Number || Is(":")) return Bracket(new CurrentNode());
                        if (Is("*") && _tokens[_at + 1] is { Kind: JmesTokenKind.Sign, Text: "]" })
                        {
                            _at += 2;
                            return new ProjectionNode(new CurrentNode(), ProjectionRight(20));
                        }

                        return List();
                }

                break;
        }

        _at--;
        throw Unexpected();
    }

    private JmesNode Next(JmesNode left)
    {
        var token = Token;
        _at++;
        switch (token.Text)
        {
            case ".":
                if (!Take("*")) return new SequenceNode(left, AfterDot(40));
                return new ValueProjectionNode(left, ProjectionRight(40));
            case "|": return new SequenceNode(left, Expression(1));
            case "||": return new OrNode(left, Expression(2));
            case "&&": return new AndNode(left, Expression(3));
            case "[?": return Filter(left);
            case "[]": return new ProjectionNode(new FlattenNode(left), ProjectionRight(9));
            case "[":
                if (Token.Kind == JmesTokenKind.Number || Is(":")) return Bracket(left);
                Expect("*");
                Expect("]");
                return new ProjectionNode(left, ProjectionRight(20));
            case "==" or "!=" or "<" or "<=" or ">" or ">=": return new ComparisonNode(token.Text, left, Expression(5));
            default:
                _at--;
                throw Unexpected();
        }
    }

    private JmesNode AfterDot(int power)
    {
        if (Token.Kind is JmesTokenKind.Name or JmesTokenKind.QuotedName || Is("*")) return Expression(power);
        if (Take("[")) return List();
        if (Take("{")) return Hash();
        throw Unexpected();
    }

    private JmesNode ProjectionRight(int power)
    {
        if (PowerOfToken() < 10) return new CurrentNode();
        if (Is("[") || Is("[?")) return Expression2(power);
        if (Take(".")) return AfterDot(power);
        throw Unexpected();
    }

    /// <summary>A bracket that follows a projection applies to each element.</summary>
    private JmesNode Expression2(int power)
    {
        if (++_depth > MaximumDepth) throw new JmesSyntaxException("nested too deeply", Token.Position);
        JmesNode left = new CurrentNode();
        if (Is("[") && _tokens[_at + 1] is not ({ Kind: JmesTokenKind.Number } or { Kind: JmesTokenKind.Sign, Text: ":" or "*" }))
        {
            _at++;
            left = List();
        }

        while (power < PowerOfToken()) left = Next(left);
        _depth--;
        return left;
    }

    private FilterNode Filter(JmesNode left)
    {
        var condition = Expression(0);
        Expect("]");
        return new FilterNode(left, condition, Is("[]") ? new CurrentNode() : ProjectionRight(21));
    }

    private JmesNode Bracket(JmesNode left)
    {
        int?[] parts = [null, null, null];
        var part = 0;
        var isSlice = false;
        while (!Is("]"))
        {
            if (Take(":"))
            {
                isSlice = true;
                if (++part > 2) throw Unexpected();
            }
            else if (Token.Kind == JmesTokenKind.Number && parts[part] is null)
            {
                parts[part] = (int)Token.Value.AsNumber;
                _at++;
            }
            else throw Unexpected();
        }

        Expect("]");
        if (!isSlice) return new SequenceNode(left, new IndexNode(parts[0]!.Value));
        return new ProjectionNode(new SequenceNode(left, new SliceNode(parts[0], parts[1], parts[2])), ProjectionRight(20));
    }

    private ListNode List()
    {
        var items = new List<JmesNode>();
        do items.Add(Expression(0));
        while (Take(","));
        Expect("]");
        return new ListNode(items);
    }

    private HashNode Hash()
    {
        var fields = new List<(string, JmesNode)>();
        do
        {
            if (Token.Kind is not (JmesTokenKind.Name or JmesTokenKind.QuotedName)) throw Unexpected();
            var name = Token.Text;
            _at++;
            Expect(":");
            fields.Add((name, Expression(0)));
        }
        while (Take(","));
        Expect("}");
        return new HashNode(fields);
    }

    private List<JmesNode> Arguments()
    {
        Expect("(");
        var arguments = new List<JmesNode>();
        if (Take(")")) return arguments;
        do arguments.Add(Expression(0));
        while (Take(","));
        Expect(")");
        return arguments;
    }
}
