using System.Globalization;
using System.Text;

namespace Sluice.Foundation.Protobuf;

/// <summary>The words of a .proto file.</summary>
internal sealed class ProtoTokens
{
    private readonly List<(string Text, bool Quoted, int Line)> tokens = [];
    private int at;

    public ProtoTokens(string text)
    {
        var line = 1;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (char.IsWhiteSpace(c)) i++;
            else if (text.AsSpan(i).StartsWith("//")) i = End(text, i, "\n");
            else if (text.AsSpan(i).StartsWith("/*"))
            {
                var end = End(text, i + 2, "*/");
                line += text.AsSpan(i, end - i).Count('\n');
                i = Math.Min(text.Length, end + 2);
            }
            else if (c is '"' or '\'') i = Quoted(text, i, line);
            else if (IsWord(c) || (c == '.' && i + 1 < text.Length && IsWord(text[i + 1])))
            {
                var begin = i++;
                while (i < text.Length && (IsWord(text[i]) || text[i] == '.' || (text[i] is '+' or '-' && text[i - 1] is 'e' or 'E' && char.IsAsciiDigit(text[begin])))) i++;
                tokens.Add((text[begin..i], false, line));
            }
            else
            {
                tokens.Add((c.ToString(), false, line));
                i++;
            }
        }
    }

    public bool AtEnd => at >= tokens.Count;

    public string Peek => AtEnd ? "" : tokens[at].Text;

    public bool PeekIsQuoted => !AtEnd && tokens[at].Quoted;

    public string Take() => AtEnd ? throw Error("the file ends too early") : tokens[at++].Text;

    public bool TryTake(string text)
    {
        if (AtEnd || tokens[at].Quoted || tokens[at].Text != text) return false;
        at++;
        return true;
    }

    public void Expect(string text)
    {
        if (!TryTake(text)) throw Error($"'{text}' is expected, not '{Peek}'");
    }

    /// <summary>A string; several side by side are one.</summary>
    public string TakeString()
    {
        if (!PeekIsQuoted) throw Error($"a string is expected, not '{Peek}'");
        var text = new StringBuilder();
        while (PeekIsQuoted) text.Append(Take());
        return text.ToString();
    }

    public int TakeNumber()
    {
        var negative = TryTake("-");
        var text = Take();
        var read = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (!read || number > int.MaxValue + 1L) throw Error($"'{text}' is not a whole number");
        return (int)(negative ? -number : number);
    }

    /// <summary>Passes over a statement: up to its semicolon or the end of its block.</summary>
    public void SkipStatement()
    {
        for (var depth = 0; ;)
        {
            var quoted = PeekIsQuoted;
            var token = Take();
            if (quoted) continue;
            if (token is "{" or "[" or "(") depth++;
            else if (token is "}" or "]" or ")") depth--;
            if (depth == 0 && token is ";" or "}") return;
        }
    }

    public ProtoFormatException Error(string message) => new($"line {(tokens.Count == 0 ? 1 : tokens[Math.Min(at, tokens.Count - 1)].Line)}: {message}");

    private int Quoted(string text, int begin, int line)
    {
        var quote = text[begin];
        var value = new StringBuilder();
        for (var i = begin + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                tokens.Add((value.ToString(), true, line));
                return i + 1;
            }

            if (text[i] == '\\' && i + 1 < text.Length) value.Append(text[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            else value.Append(text[i]);
        }

        throw new ProtoFormatException($"line {line}: a string does not end");
    }

    private static int End(string text, int from, string end) => text.IndexOf(end, from, StringComparison.Ordinal) is >= 0 and var found ? found : text.Length;

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}

/// <summary>A .proto file or descriptor set that cannot be read; the message says where and why.</summary>
public sealed class ProtoFormatException(string message) : Exception(message);
