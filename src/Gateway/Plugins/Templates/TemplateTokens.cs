using System.Text;

namespace Sluice.Gateway.Plugins.Templates;

internal enum TokenKind { End, Word, Text, Number, Symbol, Bad }

/// <summary>Cuts an expression into words, literals and symbols.</summary>
internal ref struct TemplateTokens
{
    private readonly string source;
    private int at;

    public TemplateTokens(string source)
    {
        this.source = source;
        Next();
    }

    public TokenKind Kind { get; private set; }

    /// <summary>The token; for a text, what it says.</summary>
    public string Current { get; private set; } = "";

    public readonly bool AtEnd => Kind == TokenKind.End;

    public readonly bool Is(string token) => Kind is TokenKind.Symbol or TokenKind.Word && string.Equals(Current, token, StringComparison.Ordinal);

    public bool TryTake(string token)
    {
        if (!Is(token)) return false;
        Next();
        return true;
    }

    public bool TryTakeWord(out string word)
    {
        word = Current;
        if (Kind != TokenKind.Word) return false;
        Next();
        return true;
    }

    public void Next()
    {
        while (at < source.Length && char.IsWhiteSpace(source[at])) at++;
        if (at == source.Length)
        {
            Set(TokenKind.End, 0);
            return;
        }

        var c = source[at];
        if (char.IsAsciiLetter(c) || c == '_') Set(TokenKind.Word, Run(static x => char.IsAsciiLetterOrDigit(x) || x == '_'));
        else if (char.IsAsciiDigit(c)) Set(TokenKind.Number, NumberLength());
        else if (c is '"' or '\'') Quoted(c);
        else if (at + 1 < source.Length && source.AsSpan(at, 2) is "==" or "~=" or "<=" or ">=" or "..") Set(TokenKind.Symbol, 2);
        else Set("+-*/%<>#.,:()[]".Contains(c, StringComparison.Ordinal) ? TokenKind.Symbol : TokenKind.Bad, 1);
    }

    // A number does not swallow the dots of a concatenation.
    private readonly int NumberLength()
    {
        var length = Run(char.IsAsciiDigit);
        var rest = source.AsSpan(at + length);
        if (rest.Length > 1 && rest[0] == '.' && char.IsAsciiDigit(rest[1]))
            for (length += 2; at + length < source.Length && char.IsAsciiDigit(source[at + length]);) length++;
        return length;
    }

    private readonly int Run(Func<char, bool> belongs)
    {
        var end = at;
        while (end < source.Length && belongs(source[end])) end++;
        return end - at;
    }

    private void Set(TokenKind kind, int length)
    {
        Kind = kind;
        Current = source.Substring(at, length);
        at += length;
    }

    private void Quoted(char quote)
    {
        var text = new StringBuilder();
        for (at++; at < source.Length && source[at] != quote; at++)
        {
            if (source[at] != '\\' || at + 1 == source.Length)
            {
                text.Append(source[at]);
                continue;
            }

            text.Append(source[++at] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var other => other,
            });
        }

        Kind = at < source.Length ? TokenKind.Text : TokenKind.Bad;
        Current = text.ToString();
        at = Math.Min(at + 1, source.Length);
    }
}
