using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Expressions.JmesPath;

internal enum JmesTokenKind
{
    End,
    Name,
    QuotedName,
    Literal,
    Number,
    Sign,
}

internal readonly record struct JmesToken(JmesTokenKind Kind, string Text, int Position, JsValue Value = default);

/// <summary>Cuts a query into the tokens of the JMESPath grammar.</summary>
internal static class JmesLexer
{
    private static readonly string[] Signs = ["[?", "[]", "||", "&&", "==", "!=", "<=", ">=", "[", "]", "{", "}", "(", ")", ".", "*", "@", ",", ":", "|", "&", "<", ">", "!"];

    public static List<JmesToken> Read(string query)
    {
        var tokens = new List<JmesToken>();
        var at = 0;
        while (at < query.Length)
        {
            var from = at;
            var c = query[at];
            if (c is ' ' or '\t' or '\n' or '\r') at++;
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                while (at < query.Length && (char.IsAsciiLetterOrDigit(query[at]) || query[at] == '_')) at++;
                tokens.Add(new(JmesTokenKind.Name, query[from..at], from));
            }
            else if (char.IsAsciiDigit(c) || c == '-')
            {
                at++;
                while (at < query.Length && char.IsAsciiDigit(query[at])) at++;
                if (!int.TryParse(query.AsSpan(from, at - from), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) throw new JmesSyntaxException("not a number", from);
                tokens.Add(new(JmesTokenKind.Number, query[from..at], from, number));
            }
            else if (c == '"') tokens.Add(new(JmesTokenKind.QuotedName, Json('"' + Delimited(query, ref at, '"', keepsEscapes: true) + '"', from).AsString!, from));
            else if (c == '\'') tokens.Add(new(JmesTokenKind.Literal, "", from, Delimited(query, ref at, '\'', keepsEscapes: false)));
            else if (c == '`') tokens.Add(new(JmesTokenKind.Literal, "", from, Json(Delimited(query, ref at, '`', keepsEscapes: false), from)));
            else
            {
                var sign = Array.Find(Signs, s => string.CompareOrdinal(query, from, s, 0, s.Length) == 0) ?? throw new JmesSyntaxException($"unexpected '{c}'", from);
                at += sign.Length;
                tokens.Add(new(JmesTokenKind.Sign, sign, from));
            }
        }

        tokens.Add(new(JmesTokenKind.End, "", query.Length));
        return tokens;
    }

    /// <summary>What is between two delimiters; a backslash before one makes it a character.</summary>
    private static string Delimited(string query, ref int at, char delimiter, bool keepsEscapes)
    {
        var from = at++;
        var text = new StringBuilder();
        while (true)
        {
            if (at >= query.Length) throw new JmesSyntaxException($"{delimiter} is never closed", from);
            var c = query[at++];
            if (c == delimiter) return text.ToString();
            if (c != '\\' || at >= query.Length) text.Append(c);
            else if (keepsEscapes) text.Append(c).Append(query[at++]);
            else if (query[at] == delimiter || (delimiter == '\'' && query[at] == '\\')) text.Append(query[at++]);
            else if (delimiter == '`') text.Append(c).Append(query[at++]);
            else text.Append(c);
        }
    }

    private static JsValue Json(string text, int position)
    {
        try
        {
            return JsJson.Parse(text.Trim());
        }
        catch (JsonException)
        {
            // Words without quotes were strings in the first version of the language, and still are to jmespath.js.
            return text.StartsWith('"') || text.Length == 0 || text[0] is '[' or '{' ? throw new JmesSyntaxException("not JSON", position) : (JsValue)text.Trim();
        }
    }
}

/// <summary>The text is not a query.</summary>
internal sealed class JmesSyntaxException(string message, int position) : Exception($"{message} at {position}");
