using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Templates;

/// <summary>Translates Lua's patterns to regular expressions of the linear engine. <c>%b</c>, <c>%f</c> and back-references are not supported.</summary>
internal static class LuaPattern
{
    public static (Regex? Regex, string? Error) Compile(string pattern)
    {
        var regex = new StringBuilder();
        var inSet = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '%')
            {
                if (++i == pattern.Length || pattern[i] is 'b' or 'f' || char.IsAsciiDigit(pattern[i]))
                    return (null, $"pattern '{pattern}' is not supported");
                regex.Append(Class(pattern[i], inSet));
            }
            else if (inSet)
            {
                if (c == ']') inSet = false;
                regex.Append(c is '[' or '\\' ? $"\\{c}" : c.ToString());
            }
            else if (c == '[')
            {
                inSet = true;
                regex.Append('[');
                if (i + 1 < pattern.Length && pattern[i + 1] == '^') regex.Append(pattern[++i]);
            }
            else
            {
                regex.Append(Plain(c, first: i == 0, last: i == pattern.Length - 1));
            }
        }

        try
        {
            // The linear engine needs no time limit.
            return (new Regex(regex.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline, Regex.InfiniteMatchTimeout), null);
        }
        catch (ArgumentException)
        {
            return (null, $"malformed pattern '{pattern}'");
        }
    }

    /// <summary>A replacement with its <c>%0</c> to <c>%9</c> filled in.</summary>
    public static string Expand(string replacement, Match match)
    {
        if (!replacement.Contains('%', StringComparison.Ordinal)) return replacement;
        var text = new StringBuilder();
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '%' || ++i == replacement.Length) text.Append(replacement[Math.Min(i, replacement.Length - 1)]);
            else if (char.IsAsciiDigit(replacement[i])) text.Append(Group(match, replacement[i] - '0'));
            else text.Append(replacement[i]);
        }

        return text.ToString();
    }

    // Without groups of its own, %1 is the whole match.
    private static string Group(Match match, int number) => match.Groups[number == 1 && match.Groups.Count == 1 ? 0 : number].Value;

    private static string Plain(char c, bool first, bool last) => c switch
    {
        '-' => "*?",
        '*' or '+' or '?' or '.' or '(' or ')' => c.ToString(),
        '^' when first => @"\A",
        '$' when last => @"\z",
        _ => Regex.Escape(c.ToString()),
    };

    private static string Class(char c, bool inSet)
    {
        var members = char.ToLowerInvariant(c) switch
        {
            'a' => "A-Za-z",
            'd' => "0-9",
            'l' => "a-z",
            's' => @"\s",
            'u' => "A-Z",
            'w' => "A-Za-z0-9",
            'x' => "A-Fa-f0-9",
            'p' => @"!-/:-@\[-`{-~",
            'c' => @"\x00-\x1f\x7f",
            _ => null,
        };
        if (members is null) return @"\" + (char.IsAsciiLetter(c) ? "x" + ((int)c).ToString("x2") : c.ToString());
        if (char.IsAsciiLetterUpper(c)) return inSet ? @"\S" : $"[^{members}]";
        return inSet ? members : $"[{members}]";
    }
}
