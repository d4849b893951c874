namespace Sluice.Workflows.Expressions.Parsing;

internal enum TokenKind
{
    End,
    Name,
    Number,
    BigInt,
    String,
    Template,
    Punctuator,
}

/// <summary>One token. <paramref name="Text"/> is the name, the sign, the cooked string or the digits.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, bool AfterNewLine, double Number = 0, bool Escaped = false)
{
    public bool Is(string punctuator) => Kind == TokenKind.Punctuator && Text == punctuator;

    public bool IsWord(string word) => Kind == TokenKind.Name && !Escaped && Text == word;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.String => "a string",
        TokenKind.Template => "a template",
        _ => $"'{Text}'",
    };
}
