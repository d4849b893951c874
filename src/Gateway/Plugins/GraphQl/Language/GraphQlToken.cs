namespace Sluice.Gateway.Plugins.GraphQl.Language;

internal enum GraphQlTokenKind
{
    End,
    Bang,
    Dollar,
    Ampersand,
    ParenthesisOpen,
    ParenthesisClose,
    Spread,
    Colon,
    EqualsSign,
    At,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Pipe,
    Name,
    Int,
    Float,
    String,
    BlockString,
}

/// <summary>A token by its place in the document; strings with their quotes.</summary>
internal readonly record struct GraphQlToken(GraphQlTokenKind Kind, int Start, int Length)
{
    public ReadOnlySpan<char> Of(string text) => text.AsSpan(Start, Length);

    /// <summary>How messages name it.</summary>
    public string Describe(string text) => Kind switch
    {
        GraphQlTokenKind.End => "<EOF>",
        GraphQlTokenKind.Name or GraphQlTokenKind.Int or GraphQlTokenKind.Float or GraphQlTokenKind.String or GraphQlTokenKind.BlockString =>
            Length > 60 ? $"{Kind} \"{text.AsSpan(Start, 57)}...\"" : Kind is GraphQlTokenKind.String ? $"String {Of(text)}" : $"{Kind} \"{Of(text)}\"",
        _ => $"\"{Of(text)}\"",
    };
}
