using System.Text;
using System.Text.RegularExpressions;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>n8n's changes of case.</summary>
internal static partial class TextCases
{
    public static string Snake(Evaluator e, string text)
    {
        Cost(e, text);
        return Punctuation().Replace(StringLibrary.Cased(e, text, upper: false).Replace(' ', '_').Replace('-', '_'), "");
    }

    /// <summary>The first letter of each sentence large, the others small.</summary>
    public static string Sentence(Evaluator e, string text)
    {
        Cost(e, text);
        var result = new StringBuilder(text.Length);
        var begins = true;
        foreach (var c in text)
        {
            if (char.IsLetter(c))
            {
                result.Append(begins ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
                begins = false;
            }
            else
            {
                result.Append(c);
                if (c is '!' or '?' or '.') begins = true;
            }
        }

        return result.ToString();
    }

    /// <summary>The first letter of each word large, except in the small words of English and in words with capitals of their own.</summary>
    public static string Title(Evaluator e, string text)
    {
        Cost(e, text);
        var result = new StringBuilder(text.Length);
        foreach (Match match in Tokens().Matches(text))
        {
            var token = match.Value;
            var end = match.Index + token.Length;
            var isEdge = match.Index == 0 || end == text.Length;
            var beforeColon = end < text.Length && text[end] == ':' && !(end + 1 < text.Length && char.IsWhiteSpace(text[end + 1]));
            var at = Manual().IsMatch(token) || (SmallWords().IsMatch(token) && !isEdge) || beforeColon ? -1 : token.AsSpan().IndexOfAny(Letters);
            if (at < 0) result.Append(token);
            else result.Append(token, 0, at).Append(char.ToUpperInvariant(token[at])).Append(token, at + 1, token.Length - at - 1);
        }

        return result.ToString();
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create([.. Enumerable.Range(0, 256).Select(i => (char)i).Where(c => char.IsAsciiLetterOrDigit(c) || c >= '\u00c0')]);

    private static void Cost(Evaluator e, string text)
    {
        e.AllocateText(text.Length * 2L);
        e.Step(1 + text.Length * 2);
    }

    [GeneratedRegex(@"[\u2000-\u206F\u2E00-\u2E7F\\'!""#$%&()*+,./:;<=>?@\[\]^`{|}~]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"[^\s:–—-]+|[^\n]")]
    private static partial Regex Tokens();

    [GeneratedRegex(@".(?=[A-Z]|\..)")]
    private static partial Regex Manual();

    [GeneratedRegex(@"\b(?:an?d?|a[st]|because|but|by|en|for|i[fn]|neither|nor|o[fnr]|only|over|per|so|some|tha[tn]|the|to|up|upon|vs?\.?|versus|via|when|with|without|yet)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SmallWords();
}
