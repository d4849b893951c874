using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.GraphQl.Language;

/// <summary>What string tokens mean (GraphQL, October 2021, section 2.9.4).</summary>
internal static class GraphQlStrings
{
    private const int MaxHexDigits = 8;

    /// <summary>The value of a token that the lexer made.</summary>
    public static string ValueOf(GraphQlToken token, string text) =>
        token.Kind == GraphQlTokenKind.BlockString ? Block(token.Of(text)[3..^3]) : Quoted(text, token.Start + 1, token.Start + token.Length - 1);

    /// <summary>How many characters the escape at <paramref name="at"/> has; 0 when it is none.</summary>
    public static int EscapeLength(string text, int at)
    {
        if (at + 1 >= text.Length) return 0;
        if (text[at + 1] is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't') return 2;
        if (text[at + 1] != 'u' || Hex(text, at, out var length) is not { } code) return 0;
        if (code is < 0xD800 or > 0xDFFF) return length;

        // Half of a pair is no character: both halves, in the four-digit form.
        return code < 0xDC00 && length == 6 && at + 7 < text.Length && text[at + 6] == '\\' && text[at + 7] == 'u'
            && Hex(text, at + 6, out var second) is >= 0xDC00 and <= 0xDFFF && second == 6 ? 12 : 0;
    }

    private static string Quoted(string text, int from, int to)
    {
        var written = text.AsSpan(from, to - from);
        if (!written.Contains('\\')) return written.ToString();
        var value = new StringBuilder(written.Length);
        for (var i = from; i < to; i++)
        {
            if (text[i] != '\\')
            {
                value.Append(text[i]);
                continue;
            }

            var c = text[++i];
            if (c != 'u')
            {
                value.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
                continue;
            }

            var code = Hex(text, i - 1, out var length)!.Value;
            if (code < 0x10000) value.Append((char)code);
            else value.Append(char.ConvertFromUtf32(code));
            i += length - 2;
        }

        return value.ToString();
    }

    /// <summary>The number of <c>\uXXXX</c>, or of the <c>\u{X...}</c> of later editions.</summary>
    private static int? Hex(string text, int at, out int length)
    {
        length = 0;
        if (at + 2 < text.Length && text[at + 2] == '{')
        {
            var close = text.IndexOf('}', at + 3, Math.Min(MaxHexDigits + 1, text.Length - at - 3));
            if (close < at + 4 || !int.TryParse(text.AsSpan(at + 3, close - at - 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var scalar) || scalar is < 0 or > 0x10FFFF)
                return null;
            length = close - at + 1;
            return scalar;
        }

        if (at + 6 > text.Length || !int.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return null;
        length = 6;
        return code;
    }

    /// <summary>BlockStringValue: without the indentation that all lines but the first share, and without empty lines around.</summary>
    private static string Block(ReadOnlySpan<char> raw)
    {
        var lines = raw.ToString().Replace("\\\"\"\"", "\"\"\"", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        var common = int.MaxValue;
        foreach (var line in lines.AsSpan(1))
        {
            var indent = line.AsSpan().IndexOfAnyExcept(' ', '\t');
            if (indent >= 0) common = Math.Min(common, indent);
        }

        for (var i = 1; i < lines.Length; i++) lines[i] = lines[i][Math.Min(common, lines[i].Length)..];
        var first = Array.FindIndex(lines, NotBlank);
        if (first < 0) return "";
        var last = Array.FindLastIndex(lines, NotBlank);
        return string.Join('\n', lines, first, last - first + 1);
    }

    private static bool NotBlank(string line) => line.AsSpan().ContainsAnyExcept(' ', '\t');
}
