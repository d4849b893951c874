namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>Reads schema documents (GraphQL, October 2021, section 3), keeping what <see cref="GraphQlSchema"/> tells and checking the grammar of the rest.</summary>
internal sealed class GraphQlSchemaParser : GraphQlReader
{
    private const int MaxTokens = 1_000_000;

    private readonly Dictionary<string, Dictionary<string, GraphQlType>> types = new(StringComparer.Ordinal);
    private readonly string?[] roots = new string?[3];
    private bool hasSchema;

    private GraphQlSchemaParser(string text)
        : base(text, MaxTokens)
    {
    }

    public static (GraphQlSchema? Schema, GraphQlProblem? Problem) Parse(string text) => new GraphQlSchemaParser(text).Parse();

    private (GraphQlSchema? Schema, GraphQlProblem? Problem) Parse()
    {
        do Definition();
        while (!Is(GraphQlTokenKind.End));
        if (Problem is not null) return (null, Problem);
        if (hasSchema) return (new GraphQlSchema(types, roots), null);
        string?[] usual = ["Query", "Mutation", "Subscription"];
        return (new GraphQlSchema(types, [.. usual.Select(name => types.ContainsKey(name!) ? name : null)]), null);
    }

    private void Definition()
    {
        var isExtension = false;
        if (!Description()) isExtension = SkipKeyword("extend");
        if (SkipKeyword("schema")) Schema(isExtension);
        else if (SkipKeyword("type") || SkipKeyword("interface")) Fields(isExtension);
        else if (SkipKeyword("union")) Union();
        else if (SkipKeyword("enum")) Enumeration();
        else if (SkipKeyword("input")) Input();
        else if (SkipKeyword("scalar")) Scalar();
        else if (SkipKeyword("directive")) Directive();
        else Unexpected();
    }

    private bool Description() => Skip(GraphQlTokenKind.String) || Skip(GraphQlTokenKind.BlockString);

    private void Schema(bool isExtension)
    {
        hasSchema = true;
        Directives(constant: true);
        if (isExtension && !Is(GraphQlTokenKind.BraceOpen)) return;
        Between(GraphQlTokenKind.BraceOpen, "\"{\"", GraphQlTokenKind.BraceClose, () =>
        {
            var at = Token.Start;
            var operation = Name();
            Expect(GraphQlTokenKind.Colon, "\":\"");
            var root = operation switch { "query" => 0, "mutation" => 1, "subscription" => 2, _ => -1 };
            if (root < 0) Fail(at, $"Unexpected Name \"{operation}\".");
            var name = Name();
            if (root >= 0) roots[root] = name;
            return name;
        });
    }

    private void Fields(bool isExtension)
    {
        var at = Token.Start;
        var name = Name();
        if (SkipKeyword("implements"))
        {
            Skip(GraphQlTokenKind.Ampersand);
            do Name();
            while (Skip(GraphQlTokenKind.Ampersand));
        }

        Directives(constant: true);
        if (!types.TryGetValue(name, out var fields)) types[name] = fields = new Dictionary<string, GraphQlType>(StringComparer.Ordinal);
        else if (!isExtension) Fail(at, $"There can be only one type named \"{name}\".");
        OptionalBetween(GraphQlTokenKind.BraceOpen, GraphQlTokenKind.BraceClose, () =>
        {
            Description();
            var field = Name();
            OptionalBetween(GraphQlTokenKind.ParenthesisOpen, GraphQlTokenKind.ParenthesisClose, InputValue);
            Expect(GraphQlTokenKind.Colon, "\":\"");
            fields[field] = Type();
            return Directives(constant: true);
        });
    }

    private void Union()
    {
        Name();
        Directives(constant: true);
        if (!Skip(GraphQlTokenKind.EqualsSign)) return;
        Skip(GraphQlTokenKind.Pipe);
        do Name();
        while (Skip(GraphQlTokenKind.Pipe));
    }

    private void Enumeration()
    {
        Name();
        Directives(constant: true);
        OptionalBetween(GraphQlTokenKind.BraceOpen, GraphQlTokenKind.BraceClose, () =>
        {
            Description();
            Name();
            return Directives(constant: true);
        });
    }

    private void Input()
    {
        Name();
        Directives(constant: true);
        OptionalBetween(GraphQlTokenKind.BraceOpen, GraphQlTokenKind.BraceClose, InputValue);
    }

    private GraphQlDirective[] InputValue()
    {
        Description();
        Name();
        Expect(GraphQlTokenKind.Colon, "\":\"");
        Type();
        if (Skip(GraphQlTokenKind.EqualsSign)) Value(constant: true);
        return Directives(constant: true);
    }

    private void Scalar()
    {
        Name();
        Directives(constant: true);
    }

    private void Directive()
    {
        Expect(GraphQlTokenKind.At, "\"@\"");
        Name();
        OptionalBetween(GraphQlTokenKind.ParenthesisOpen, GraphQlTokenKind.ParenthesisClose, InputValue);
        SkipKeyword("repeatable");
        ExpectKeyword("on");
        Skip(GraphQlTokenKind.Pipe);
        do Name();
        while (Skip(GraphQlTokenKind.Pipe));
    }
}
