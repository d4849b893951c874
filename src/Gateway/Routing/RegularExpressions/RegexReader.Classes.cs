namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>Character classes: <c>[a-z&amp;&amp;[^aeiou]]</c>.</summary>
internal sealed partial class RegexReader
{
    /// <summary>Reads what follows a <c>[</c>, up to and with its <c>]</c>.</summary>
    private CharacterSet ReadClass()
    {
        if (++depth > MaxDepth) throw Bad("character classes are nested too deep");
        var negated = Take('^');
        var items = new List<CharacterSet>();
        CharacterSet? left = null;
        var operation = ' ';
        for (var first = true; ; first = false)
        {
            if (at >= pattern.Length) throw Bad("unclosed character class");
            var c = pattern[at];
            if (c == ']' && !first) break;
            if (flags.Extended && char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (!first && c is '&' or '-' or '~' && at + 1 < pattern.Length && pattern[at + 1] == c)
            {
                left = Combine(left, operation, items);
                operation = c;
                items = [];
                at += 2;
            }
            else
            {
                items.Add(ReadClassItem(c));
            }
        }

        at++;
        depth--;
        var set = Combine(left, operation, items);
        if (flags.IgnoreCase) set = set.IgnoreCase();
        return negated ? set.Negate() : set;
    }

    private static CharacterSet Combine(CharacterSet? left, char operation, List<CharacterSet> items)
    {
        var right = CharacterSet.Union(items);
        if (left is null) return right;
        return operation switch
        {
            '&' => left.Intersect(right),
            '-' => left.Without(right),
            _ => left.EitherButNotBoth(right),
        };
    }

    private CharacterSet ReadClassItem(char c)
    {
        if (c == '[')
        {
            if (at + 1 < pattern.Length && pattern[at + 1] == ':') return ReadPosixClass();
            at++;
            return ReadClass();
        }

        if (c == '\\' && ReadEscapedClass() is { } escaped) return escaped;
        var from = ReadClassCharacter();
        if (at + 1 >= pattern.Length || pattern[at] != '-' || pattern[at + 1] is ']' or '-') return CharacterSet.Of(from);

        at++;
        if (pattern[at] == '[' || (pattern[at] == '\\' && ReadEscapedClass() is not null)) throw Bad("invalid range in a character class");
        var to = ReadClassCharacter();
        if (to < from) throw Bad("invalid character class range, the start must be <= the end");
        return CharacterSet.Range(from, to);
    }

    private int ReadClassCharacter()
    {
        var c = pattern[at];
        if (c == '\\') return ReadEscapedCharacter();
        at++;
        return WithLowSurrogate(c);
    }

    /// <summary>The character that begins with <paramref name="c"/>, which has been read.</summary>
    private int WithLowSurrogate(char c) =>
        char.IsHighSurrogate(c) && at < pattern.Length && char.IsLowSurrogate(pattern[at]) ? char.ConvertToUtf32(c, pattern[at++]) : c;

    private CharacterSet ReadPosixClass()
    {
        var close = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (close < 0) throw Bad("unclosed character class");
        var name = pattern[(at + 2)..close];
        var negated = name.StartsWith('^');
        if (negated) name = name[1..];
        var set = name switch
        {
            "alnum" => OfRanges("09AZaz"),
            "alpha" => OfRanges("AZaz"),
            "ascii" => OfRanges("\0\u007f"),
            "blank" => OfRanges("\t\t  "),
            "cntrl" => OfRanges("\0\u001f\u007f\u007f"),
            "digit" => OfRanges("09"),
            "graph" => OfRanges("!~"),
            "lower" => OfRanges("az"),
            "print" => OfRanges(" ~"),
            "punct" => OfRanges("!/:@[`{~"),
            "space" => OfRanges("\t\r  "),
            "upper" => OfRanges("AZ"),
            "word" => OfRanges("09AZaz__"),
            "xdigit" => OfRanges("09AFaf"),
            _ => throw Bad($"unrecognized ASCII class {name}"),
        };
        at = close + 2;
        return negated ? set.Negate() : set;
    }

    private static CharacterSet OfRanges(string bounds) =>
        CharacterSet.Union(bounds.Chunk(2).Select(static pair => CharacterSet.Range(pair[0], pair[1])).ToArray());
}
