using System.Buffers;
using System.Globalization;

namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>Takes a document apart into tokens (GraphQL, October 2021, section 2.1). After a problem there is only <see cref="GraphQlTokenKind.End"/>.</summary>
internal sealed class GraphQlLexer(string text)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private int position = text.StartsWith('\uFEFF') ? 1 : 0;

    /// <summary>The first thing that is wrong; null while nothing is.</summary>
    public GraphQlProblem? Problem { get; private set; }

    /// <summary>Notes a problem, unless there is one already, and ends the document there.</summary>
    public void Fail(int at, string message)
    {
        Problem ??= GraphQlProblem.At(text, at, "Syntax Error: " + message);
        position = text.Length;
    }

    public GraphQlToken Next()
    {
        SkipIgnored();
        if (position >= text.Length) return new GraphQlToken(GraphQlTokenKind.End, text.Length, 0);
        var start = position;
        var c = text[start];
        return c switch
        {
            '!' => Punctuator(GraphQlTokenKind.Bang),
            '$' => Punctuator(GraphQlTokenKind.Dollar),
            '&' => Punctuator(GraphQlTokenKind.Ampersand),
            '(' => Punctuator(GraphQlTokenKind.ParenthesisOpen),
            ')' => Punctuator(GraphQlTokenKind.ParenthesisClose),
            ':' => Punctuator(GraphQlTokenKind.Colon),
            '=' => Punctuator(GraphQlTokenKind.EqualsSign),
            '@' => Punctuator(GraphQlTokenKind.At),
            '[' => Punctuator(GraphQlTokenKind.BracketOpen),
            ']' => Punctuator(GraphQlTokenKind.BracketClose),
            '{' => Punctuator(GraphQlTokenKind.BraceOpen),
            '}' => Punctuator(GraphQlTokenKind.BraceClose),
            '|' => Punctuator(GraphQlTokenKind.Pipe),
            '.' when text.AsSpan(start).StartsWith("...") => Punctuator(GraphQlTokenKind.Spread, 3),
            '"' => text.AsSpan(start).StartsWith("\"\"\"") ? BlockString(start) : String(start),
            '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => Name(start),
            '-' or (>= '0' and <= '9') => Number(start),
            _ => Unexpected(start),
        };
    }

    private GraphQlToken Punctuator(GraphQlTokenKind kind, int length = 1)
    {
        position += length;
        return new GraphQlToken(kind, position - length, length);
    }

    private GraphQlToken Name(int start)
    {
        var length = text.AsSpan(start).IndexOfAnyExcept(NameCharacters);
        position = length < 0 ? text.Length : start + length;
        return new GraphQlToken(GraphQlTokenKind.Name, start, position - start);
    }

    private GraphQlToken Number(int start)
    {
        var at = start;
        var isFloat = false;
        if (text[at] == '-') at++;
        if (At(at) == '0')
        {
            at++;
            if (char.IsAsciiDigit(At(at))) return Wrong(at, $"Invalid number, unexpected digit after 0: {Show(at)}.");
        }
        else if (!SkipDigits(ref at))
        {
            return Wrong(at, $"Invalid number, expected digit but got: {Show(at)}.");
        }

        if (At(at) == '.')
        {
            isFloat = true;
            at++;
            if (!SkipDigits(ref at)) return Wrong(at, $"Invalid number, expected digit but got: {Show(at)}.");
        }

        if (At(at) is 'e' or 'E')
        {
            isFloat = true;
            at++;
            if (At(at) is '+' or '-') at++;
            if (!SkipDigits(ref at)) return Wrong(at, $"Invalid number, expected digit but got: {Show(at)}.");
        }

        // 1a and 1.2.3 are no two tokens.
        if (At(at) is '.' or '_' || char.IsAsciiLetter(At(at))) return Wrong(at, $"Invalid number, expected digit but got: {Show(at)}.");
        position = at;
        return new GraphQlToken(isFloat ? GraphQlTokenKind.Float : GraphQlTokenKind.Int, start, at - start);
    }

    private bool SkipDigits(ref int at)
    {
        var from = at;
        while (char.IsAsciiDigit(At(at))) at++;
        return at > from;
    }

    private GraphQlToken String(int start)
    {
        var at = start + 1;
        while (true)
        {
            if (at >= text.Length || text[at] is '\n' or '\r') return Wrong(at, "Unterminated string.");
            var c = text[at];
            if (c == '"') break;
            if (c == '\\')
            {
                var length = GraphQlStrings.EscapeLength(text, at);
                if (length == 0) return Wrong(at, $"Invalid character escape sequence: \"{Excerpt(at)}\".");
                at += length;
            }
            else
            {
                var length = SourceCharacter(at);
                if (length == 0) return Wrong(at, $"Invalid character within String: {Show(at)}.");
                at += length;
            }
        }

        position = at + 1;
        return new GraphQlToken(GraphQlTokenKind.String, start, position - start);
    }

    private GraphQlToken BlockString(int start)
    {
        var at = start + 3;
        while (true)
        {
            if (at >= text.Length) return Wrong(at, "Unterminated string.");
            var rest = text.AsSpan(at);
            if (rest.StartsWith("\"\"\"")) break;
            if (rest.StartsWith("\\\"\"\""))
            {
                at += 4;
                continue;
            }

            var length = SourceCharacter(at);
            if (length == 0) return Wrong(at, $"Invalid character within String: {Show(at)}.");
            at += length;
        }

        position = at + 3;
        return new GraphQlToken(GraphQlTokenKind.BlockString, start, position - start);
    }

    /// <summary>Skips white space, line ends, commas and comments.</summary>
    private void SkipIgnored()
    {
        while (position < text.Length)
        {
            switch (text[position])
            {
                case ' ' or '\t' or '\n' or '\r' or ',' or '\uFEFF':
                    position++;
                    break;
                case '#':
                    while (position < text.Length && text[position] is not ('\n' or '\r'))
                    {
                        var length = SourceCharacter(position);
                        if (length == 0)
                        {
                            Fail(position, $"Invalid character: {Show(position)}.");
                            return;
                        }

                        position += length;
                    }

                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>How many code units the character at <paramref name="at"/> has; 0 when it may not stand in a document.</summary>
    private int SourceCharacter(int at)
    {
        var c = text[at];
        if (c is < ' ' and not ('\t' or '\n' or '\r')) return 0;
        if (!char.IsSurrogate(c)) return 1;
        return char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 0;
    }

    private GraphQlToken Unexpected(int at) => Wrong(at, $"Unexpected character: {Show(at)}.");

    private GraphQlToken Wrong(int at, string message)
    {
        Fail(at, message);
        return new GraphQlToken(GraphQlTokenKind.End, text.Length, 0);
    }

    private char At(int at) => at < text.Length ? text[at] : '\0';

    private string Show(int at)
    {
        if (at >= text.Length) return "<EOF>";
        var c = text[at];
        return c is > ' ' and < '\x7f' ? c == '"' ? "'\"'" : $"\"{c}\"" : string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");
    }

    private string Excerpt(int at)
    {
        var piece = text.AsSpan(at, Math.Min(6, text.Length - at));
        var end = piece.IndexOfAnyExceptInRange(' ', '~');
        return piece[..(end < 0 ? piece.Length : end)].ToString();
    }
}
