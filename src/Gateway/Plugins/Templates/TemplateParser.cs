using System.Globalization;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>Reads one expression: Lua's operators, field access, calls of string methods, literals. No statements and no functions of one's own.</summary>
internal ref struct TemplateParser
{
    private const int MaxDepth = 50;

    // A chain of operators is a tree as deep as the chain is long.
    private const int MaxNodes = 500;

    // Weakest first, as in Lua.
    private static readonly string[][] Levels = [["or"], ["and"], ["==", "~=", "<=", ">=", "<", ">"], [".."], ["+", "-"], ["*", "/", "%"]];

    private TemplateTokens tokens;
    private string? error;
    private int depth;
    private int nodes;

    private TemplateParser(string source) => tokens = new TemplateTokens(source);

    public static (Expression? Expression, string? Error) Parse(string source)
    {
        var parser = new TemplateParser(source);
        var expression = parser.Level(0);
        if (expression is not null && !parser.tokens.AtEnd) parser.error ??= $"'{parser.tokens.Current}' was not expected";
        return parser.error is null ? (expression, null) : (null, parser.error);
    }

    private Expression? Level(int level)
    {
        if (level == Levels.Length) return Unary();
        if (++depth > MaxDepth * Levels.Length) return Fail("nested too deeply");
        var left = Level(level + 1);
        while (left is not null && Operator(Levels[level]) is { } operation)
        {
            // Concatenation binds to the right; with texts that makes no difference but to the stack.
            var right = Level(level + 1);
            if (right is null) return null;
            left = operation switch
            {
                "or" => new Choice(left, right, wantsTrue: false),
                "and" => new Choice(left, right, wantsTrue: true),
                _ => new Binary(operation, left, right),
            };
        }

        depth--;
        return left;
    }

    private string? Operator(string[] operators)
    {
        foreach (var candidate in operators)
            if (tokens.TryTake(candidate)) return candidate;
        return null;
    }

    private Expression? Unary()
    {
        if (++depth > MaxDepth * Levels.Length) return Fail("nested too deeply");
        Expression? result;
        if (tokens.TryTake("not")) result = Unary() is { } negated ? new Not(negated) : null;
        else if (tokens.TryTake("-")) result = Unary() is { } minus ? new Binary("-", new Constant(0.0), minus) : null;
        else if (tokens.TryTake("#")) result = Unary() is { } measured ? new Length(measured) : null;
        else result = Suffixes(Primary());
        depth--;
        return result;
    }

    private Expression? Primary()
    {
        if (++nodes > MaxNodes) return Fail("the expression is too long");
        var token = tokens.Current;
        var kind = tokens.Kind;
        tokens.Next();
        switch (kind)
        {
            case TokenKind.Text:
                return new Constant(token);
            case TokenKind.Number:
                return double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? new Constant(number)
                    : Fail($"malformed number '{token}'");
            case TokenKind.Word:
                return token switch
                {
                    "nil" => new Constant(null),
                    "true" => new Constant(true),
                    "false" => new Constant(false),
                    "function" => Fail("functions are not supported in templates"),
                    "and" or "or" or "not" or "end" or "if" or "then" or "else" or "return" or "local" => Fail($"'{token}' was not expected"),
                    _ => new Name(token),
                };
            case TokenKind.Symbol when token == "(":
                var inner = Level(0);
                return inner is null || Expect(")") ? inner : null;
            default:
                return Fail(kind == TokenKind.End ? "the expression ends too early" : $"'{token}' was not expected");
        }
    }

    private Expression? Suffixes(Expression? target)
    {
        while (target is not null)
        {
            if (++nodes > MaxNodes) return Fail("the expression is too long");
            if (tokens.TryTake(".")) target = tokens.TryTakeWord(out var field) ? new Index(target, new Constant(field)) : Fail("a name was expected after '.'");
            else if (tokens.TryTake("[")) target = Level(0) is { } key && Expect("]") ? new Index(target, key) : null;
            else if (tokens.TryTake(":")) target = Method(target);
            else if (tokens.Is("(")) target = Arguments() is { } arguments ? new Call(target, arguments) : null;
            else break;
        }

        return target;
    }

    private Expression? Method(Expression target)
    {
        if (!tokens.TryTakeWord(out var name)) return Fail("a name was expected after ':'");
        if (Arguments() is not { } arguments) return null;
        var (method, problem) = StringMethod.Find(name, arguments.FirstOrDefault() is Constant { Value: string first } ? first : null);
        return method is null ? Fail(problem!) : new MethodCall(target, method, arguments);
    }

    private Expression[]? Arguments()
    {
        if (!Expect("(")) return null;
        var arguments = new List<Expression>();
        if (tokens.TryTake(")")) return [];
        do
        {
            if (Level(0) is not { } argument) return null;
            arguments.Add(argument);
        }
        while (tokens.TryTake(","));
        return Expect(")") ? [.. arguments] : null;
    }

    private bool Expect(string symbol)
    {
        if (tokens.TryTake(symbol)) return true;
        Fail($"'{symbol}' was expected");
        return false;
    }

    private Expression? Fail(string message)
    {
        error ??= message;
        return null;
    }
}
