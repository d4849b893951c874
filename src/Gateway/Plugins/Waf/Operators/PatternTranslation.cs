using System.Text;
using System.Text.RegularExpressions;

namespace Sluice.Gateway.Plugins.Waf.Operators;

/// <summary>
/// Rules are written for PCRE on bytes. What it reads differently is rewritten: classes are ASCII, a bracket in a class is itself, <c>$</c> is the very end,
/// possessive quantifiers become greedy ones (they match the same or more), POSIX classes are spelled out.
/// </summary>
internal static class PatternTranslation
{
    /// <summary>For those patterns that cannot be matched in linear time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private static readonly (string Name, string Members)[] PosixClasses =
    [
        ("alpha", "A-Za-z"), ("digit", "0-9"), ("alnum", "A-Za-z0-9"), ("upper", "A-Z"), ("lower", "a-z"), ("space", @"\t-\r "), ("blank", @"\t "),
        ("punct", @"!-/:-@\[-`{-~"), ("xdigit", "0-9A-Fa-f"), ("word", "A-Za-z0-9_"), ("cntrl", @"\x00-\x1f\x7f"), ("print", @"\x20-\x7e"), ("graph", @"\x21-\x7e"),
    ];

    /// <summary>The pattern, matched in linear time where that is possible; null with a reason when it cannot be read.</summary>
    public static Regex? TryCompile(string pattern, bool ignoreCase, out string problem)
    {
        problem = "";
        var options = RegexOptions.CultureInvariant | RegexOptions.Singleline | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        var translated = Translate(pattern);
        try
        {
            return new Regex(translated, options | RegexOptions.NonBacktracking, Limit);
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException)
        {
            // Looking around, back references, or too many states.
        }

        try
        {
            return new Regex(translated, options, Limit);
        }
        catch (ArgumentException e)
        {
            problem = $"the pattern cannot be read: {e.Message}";
            return null;
        }
    }

    internal static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        var multiline = pattern.Contains("(?m", StringComparison.Ordinal) || pattern.Contains("(?sm", StringComparison.Ordinal);
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escaped(pattern[++i], inClass));
                continue;
            }

            if (inClass)
            {
                if (c == '[' && Posix(pattern, i) is var (members, length) && length > 0)
                {
                    text.Append(members);
                    i += length - 1;
                }
                else if (c == '[')
                {
                    text.Append("\\[");
                }
                else
                {
                    inClass = c != ']';
                    text.Append(c);
                }

                continue;
            }

            if (c == '[')
            {
                inClass = true;
                text.Append(c);
                if (i + 1 < pattern.Length && pattern[i + 1] == '^') text.Append(pattern[++i]);

                // A bracket that stands first is a member.
                if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                {
                    text.Append("\\]");
                    i++;
                }
            }
            else if (c == '$' && !multiline)
            {
                text.Append("\\z");
            }
            else if (c == '+' && i > 0 && IsQuantifier(pattern, i - 1))
            {
                // Possessive.
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static string Escaped(char c, bool inClass) => c switch
    {
        'd' => inClass ? "0-9" : "[0-9]",
        'w' => inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]",
        's' => inClass ? @"\t-\r " : @"[\t-\r ]",
        'h' => inClass ? @"\t " : @"[\t ]",
        'D' when !inClass => "[^0-9]",
        'W' when !inClass => "[^A-Za-z0-9_]",
        'S' when !inClass => @"[^\t-\r ]",
        _ => "\\" + c,
    };

    private static (string Members, int Length) Posix(string pattern, int at)
    {
        foreach (var (name, members) in PosixClasses)
        {
            var written = $"[:{name}:]";
            if (string.CompareOrdinal(pattern, at, written, 0, written.Length) == 0) return (members, written.Length);
        }

        return ("", 0);
    }

    private static bool IsQuantifier(string pattern, int at)
    {
        if (IsEscaped(pattern, at)) return false;
        if (pattern[at] is '*' or '+') return true;
        if (pattern[at] == '?') return at > 0 && pattern[at - 1] is not '(' || (at > 1 && IsEscaped(pattern, at - 1));
        if (pattern[at] != '}') return false;
        var open = pattern.LastIndexOf('{', at);
        return open >= 0 && at > open + 1 && !pattern.AsSpan(open + 1, at - open - 1).ContainsAnyExcept("0123456789,");
    }

    private static bool IsEscaped(string pattern, int at)
    {
        var slashes = 0;
        while (at - 1 - slashes >= 0 && pattern[at - 1 - slashes] == '\\') slashes++;
        return slashes % 2 == 1;
    }
}

/// <summary>Matches patterns for members of variables.</summary>
internal static class PatternMatcher
{
    public static bool IsMatch(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
