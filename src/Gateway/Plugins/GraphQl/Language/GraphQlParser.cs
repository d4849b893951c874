namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>
/// Reads executable documents (GraphQL, October 2021, sections 2 and 5.2 to 5.5 as far as names go): the grammar, and that operations and fragments are
/// named once, that spreads have their fragment and that none of these spreads itself.
/// </summary>
internal sealed class GraphQlParser : GraphQlReader
{
    private readonly List<GraphQlOperation> operations = [];
    private readonly Dictionary<string, GraphQlFragment> fragments = new(StringComparer.Ordinal);

    private GraphQlFragment? repeated;

    private GraphQlParser(string text, int maxTokens)
        : base(text, maxTokens)
    {
    }

    /// <param name="text">The document.</param>
    /// <param name="maxTokens">The most tokens that it may have.</param>
    public static (GraphQlDocument? Document, GraphQlProblem? Problem) Parse(string text, int maxTokens) => new GraphQlParser(text, maxTokens).Parse();

    private (GraphQlDocument? Document, GraphQlProblem? Problem) Parse()
    {
        do Definition();
        while (!Is(GraphQlTokenKind.End));
        if (Problem is not null) return (null, Problem);
        var document = new GraphQlDocument { Text = Text, Operations = [.. operations], Fragments = fragments, Tokens = Tokens };
        var wrong = CheckNames() ?? GraphQlFragmentCheck.Check(document);
        return wrong is null ? (document, null) : (null, wrong);
    }

    private void Definition()
    {
        var at = Token.Start;
        if (Is(GraphQlTokenKind.BraceOpen)) operations.Add(new GraphQlOperation(GraphQlOperationType.Query, null, [], [], Selections(), at));
        else if (SkipKeyword("query")) Operation(GraphQlOperationType.Query, at);
        else if (SkipKeyword("mutation")) Operation(GraphQlOperationType.Mutation, at);
        else if (SkipKeyword("subscription")) Operation(GraphQlOperationType.Subscription, at);
        else if (SkipKeyword("fragment")) Fragment(at);
        else Unexpected();
    }

    private void Operation(GraphQlOperationType type, int at)
    {
        var name = Is(GraphQlTokenKind.Name) ? Name() : null;
        var variables = OptionalBetween(GraphQlTokenKind.ParenthesisOpen, GraphQlTokenKind.ParenthesisClose, Variable);
        var directives = Directives(constant: false);
        operations.Add(new GraphQlOperation(type, name, variables, directives, Selections(), at));
    }

    private void Fragment(int at)
    {
        if (IsKeyword("on")) Unexpected();
        var name = Name();
        ExpectKeyword("on");
        var type = Name();
        var fragment = new GraphQlFragment(name, type, Directives(constant: false), Selections(), at);
        if (!fragments.TryAdd(name, fragment)) repeated ??= fragment;
    }

    private GraphQlVariable Variable()
    {
        var at = Token.Start;
        Expect(GraphQlTokenKind.Dollar, "\"$\"");
        var name = Name();
        Expect(GraphQlTokenKind.Colon, "\":\"");
        var type = Type();
        var value = Skip(GraphQlTokenKind.EqualsSign) ? Value(constant: true) : null;
        return new GraphQlVariable(name, type, value, Directives(constant: true), at);
    }

    private GraphQlSelection[] Selections()
    {
        if (!Enter()) return [];
        var selections = Between(GraphQlTokenKind.BraceOpen, "\"{\"", GraphQlTokenKind.BraceClose, Selection);
        Leave();
        return selections;
    }

    private GraphQlSelection Selection()
    {
        var at = Token.Start;
        if (Skip(GraphQlTokenKind.Spread)) return Spread(at);
        var name = Name();
        string? alias = null;
        if (Skip(GraphQlTokenKind.Colon)) (alias, name) = (name, Name());
        var arguments = Arguments(constant: false);
        var directives = Directives(constant: false);
        return new GraphQlField(alias, name, arguments, directives, Is(GraphQlTokenKind.BraceOpen) ? Selections() : [], at);
    }

    private GraphQlSelection Spread(int at)
    {
        if (Is(GraphQlTokenKind.Name) && !IsKeyword("on")) return new GraphQlFragmentSpread(Name(), Directives(constant: false), at);
        var type = SkipKeyword("on") ? Name() : null;
        var directives = Directives(constant: false);
        return new GraphQlInlineFragment(type, directives, Selections(), at);
    }

    private GraphQlProblem? CheckNames()
    {
        if (operations.Count == 0) return GraphQlProblem.At(Text, 0, "Document contains no operation.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.Name is null && operations.Count > 1) return GraphQlProblem.At(Text, operation.At, "This anonymous operation must be the only defined operation.");
            if (operation.Name is not null && !names.Add(operation.Name)) return GraphQlProblem.At(Text, operation.At, $"There can be only one operation named \"{operation.Name}\".");
        }

        return repeated is null ? null : GraphQlProblem.At(Text, repeated.At, $"There can be only one fragment named \"{repeated.Name}\".");
    }
}
