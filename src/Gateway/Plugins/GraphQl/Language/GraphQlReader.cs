namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>
/// What the grammars of documents and of schemas share: the token at hand, its limits, types, directives and values. Nothing throws: after a problem
/// there are no more tokens, so that whatever is being read comes to its end.
/// </summary>
internal abstract class GraphQlReader
{
    /// <summary>Selections, values and types inside each other; more is never written, and recursion must end.</summary>
    public const int MaxNesting = 100;

    private static readonly GraphQlScalar Null = new(GraphQlScalarKind.Null, "null");

    private readonly GraphQlLexer lexer;
    private readonly int maxTokens;
    private int nesting;

    protected GraphQlReader(string text, int maxTokens)
    {
        Text = text;
        this.maxTokens = maxTokens;
        lexer = new GraphQlLexer(text);
        Token = lexer.Next();
    }

    protected string Text { get; }

    /// <summary>The token at hand.</summary>
    protected GraphQlToken Token { get; private set; }

    protected int Tokens { get; private set; } = 1;

    protected GraphQlProblem? Problem => lexer.Problem;

    protected void Fail(int at, string message)
    {
        lexer.Fail(at, message);
        Token = new GraphQlToken(GraphQlTokenKind.End, Text.Length, 0);
    }

    protected void Unexpected() => Fail(Token.Start, $"Unexpected {Token.Describe(Text)}.");

    protected GraphQlToken Advance()
    {
        var passed = Token;
        if (passed.Kind == GraphQlTokenKind.End) return passed;
        Token = lexer.Next();
        if (Token.Kind != GraphQlTokenKind.End && ++Tokens > maxTokens) Fail(Token.Start, $"Document contains more than {maxTokens} tokens.");
        return passed;
    }

    protected bool Is(GraphQlTokenKind kind) => Token.Kind == kind;

    protected bool IsKeyword(string keyword) => Token.Kind == GraphQlTokenKind.Name && Token.Of(Text).SequenceEqual(keyword);

    protected bool Skip(GraphQlTokenKind kind)
    {
        if (Token.Kind != kind) return false;
        Advance();
        return true;
    }

    protected bool SkipKeyword(string keyword)
    {
        if (!IsKeyword(keyword)) return false;
        Advance();
        return true;
    }

    protected void Expect(GraphQlTokenKind kind, string shown)
    {
        if (!Skip(kind)) Fail(Token.Start, $"Expected {shown}, found {Token.Describe(Text)}.");
    }

    protected void ExpectKeyword(string keyword)
    {
        if (!SkipKeyword(keyword)) Fail(Token.Start, $"Expected \"{keyword}\", found {Token.Describe(Text)}.");
    }

    /// <summary>A name; empty after a problem.</summary>
    protected string Name()
    {
        if (Token.Kind == GraphQlTokenKind.Name) return Advance().Of(Text).ToString();
        Fail(Token.Start, $"Expected Name, found {Token.Describe(Text)}.");
        return "";
    }

    /// <summary>One or more of something between two brackets.</summary>
    protected T[] Between<T>(GraphQlTokenKind open, string opened, GraphQlTokenKind close, Func<T> read)
    {
        Expect(open, opened);
        var all = new List<T>();
        do all.Add(read());
        while (!Skip(close) && Problem is null && StillOpen());
        return [.. all];
    }

    /// <summary>As <see cref="Between"/>, or nothing at all.</summary>
    protected T[] OptionalBetween<T>(GraphQlTokenKind open, GraphQlTokenKind close, Func<T> read) => Is(open) ? Between(open, "", close, read) : [];

    /// <summary>Goes one level down; false, with a problem, when that is too deep.</summary>
    protected bool Enter()
    {
        if (++nesting <= MaxNesting) return true;
        Fail(Token.Start, $"Document is nested more than {MaxNesting} levels deep.");
        return false;
    }

    protected void Leave() => nesting--;

    protected GraphQlType Type()
    {
        GraphQlType type;
        if (!Enter()) return new GraphQlType("", null, false);
        if (Skip(GraphQlTokenKind.BracketOpen))
        {
            type = new GraphQlType(null, Type(), false);
            Expect(GraphQlTokenKind.BracketClose, "\"]\"");
        }
        else
        {
            type = new GraphQlType(Name(), null, false);
        }

        Leave();
        return Skip(GraphQlTokenKind.Bang) ? type with { NonNull = true } : type;
    }

    protected GraphQlDirective[] Directives(bool constant)
    {
        if (!Is(GraphQlTokenKind.At)) return [];
        var all = new List<GraphQlDirective>();
        while (Is(GraphQlTokenKind.At))
        {
            var at = Advance().Start;
            all.Add(new GraphQlDirective(Name(), Arguments(constant), at));
        }

        return [.. all];
    }

    protected GraphQlArgument[] Arguments(bool constant) =>
        OptionalBetween(GraphQlTokenKind.ParenthesisOpen, GraphQlTokenKind.ParenthesisClose, () => Argument(constant));

    protected GraphQlValue Value(bool constant)
    {
        if (!Enter()) return Null;
        var value = ReadValue(constant);
        Leave();
        return value;
    }

    private GraphQlArgument Argument(bool constant)
    {
        var at = Token.Start;
        var name = Name();
        Expect(GraphQlTokenKind.Colon, "\":\"");
        return new GraphQlArgument(name, Value(constant), at);
    }

    private GraphQlValue ReadValue(bool constant)
    {
        switch (Token.Kind)
        {
            case GraphQlTokenKind.Dollar:
                if (constant)
                {
                    Fail(Token.Start, "Unexpected variable in a constant value.");
                    return Null;
                }

                Advance();
                return new GraphQlVariableValue(Name());
            case GraphQlTokenKind.BracketOpen:
                Advance();
                var items = new List<GraphQlValue>();
                while (!Skip(GraphQlTokenKind.BracketClose) && StillOpen()) items.Add(Value(constant));
                return new GraphQlList([.. items]);
            case GraphQlTokenKind.BraceOpen:
                Advance();
                var fields = new List<GraphQlArgument>();
                while (!Skip(GraphQlTokenKind.BraceClose) && StillOpen()) fields.Add(Argument(constant));
                return new GraphQlObject([.. fields]);
            case GraphQlTokenKind.Int:
                return new GraphQlScalar(GraphQlScalarKind.Int, Advance().Of(Text).ToString());
            case GraphQlTokenKind.Float:
                return new GraphQlScalar(GraphQlScalarKind.Float, Advance().Of(Text).ToString());
            case GraphQlTokenKind.String or GraphQlTokenKind.BlockString:
                return new GraphQlScalar(GraphQlScalarKind.String, GraphQlStrings.ValueOf(Advance(), Text));
            case GraphQlTokenKind.Name:
                var name = Advance().Of(Text).ToString();
                return name switch
                {
                    "true" or "false" => new GraphQlScalar(GraphQlScalarKind.Boolean, name),
                    "null" => Null,
                    _ => new GraphQlScalar(GraphQlScalarKind.Enum, name),
                };
            default:
                Unexpected();
                return Null;
        }
    }

    /// <summary>What is open cannot end with the document.</summary>
    private bool StillOpen()
    {
        if (Token.Kind != GraphQlTokenKind.End) return true;
        Unexpected();
        return false;
    }
}
