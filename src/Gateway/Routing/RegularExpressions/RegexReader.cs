using System.Globalization;

namespace Sluice.Gateway.Routing.RegularExpressions;

/// <summary>
/// Reads a regular expression in the syntax of Rust's <c>regex</c> crate, which Kong's router uses. Look-around and back-references are refused
/// as Rust refuses them; scripts and the R flag are refused too, and <c>\b{...}</c>.
/// </summary>
internal sealed partial class RegexReader
{
    private const int MaxDepth = 200;
    private readonly string pattern;
    private readonly List<string?> groupNames = [];
    private RegexFlags flags;
    private int at;
    private int depth;

    private RegexReader(string pattern) => this.pattern = pattern;

    /// <summary>Reads <paramref name="pattern"/>; null and the reason when it is not valid.</summary>
    /// <param name="groupNames">The name of each group, group 1 first; null for one without.</param>
    public static RegexNode? Read(string pattern, out IReadOnlyList<string?> groupNames, out string? error)
    {
        var reader = new RegexReader(pattern);
        groupNames = reader.groupNames;
        try
        {
            var root = reader.ReadChoice();
            if (reader.at < pattern.Length) throw Bad("unopened group");
            error = null;
            return root;
        }
        catch (FormatException problem)
        {
            error = $"{problem.Message} (at character {reader.at + 1})";
            return null;
        }
    }

    private static FormatException Bad(string message) => new(message);

    /// <summary>Up to the end or the <c>)</c> of the group; flags set inside last that long.</summary>
    private RegexNode ReadChoice()
    {
        var outer = flags;
        var options = new List<RegexNode>();
        do options.Add(ReadSequence());
        while (Take('|'));
        flags = outer;
        return options.Count == 1 ? options[0] : new ChoiceNode(options);
    }

    private SequenceNode ReadSequence()
    {
        var parts = new List<RegexNode>();
        var repetitions = 0;
        while (at < pattern.Length && pattern[at] is not ('|' or ')'))
        {
            var c = pattern[at];
            if (flags.Extended && (char.IsWhiteSpace(c) || c == '#'))
            {
                at = c != '#' ? at + 1 : pattern.IndexOf('\n', at) is >= 0 and var line ? line : pattern.Length;
            }
            else if (c is '*' or '+' or '?' or '{')
            {
                if (parts.Count == 0) throw Bad("repetition operator missing expression");
                if (++repetitions > MaxDepth) throw Bad("too many repetition operators one after the other");
                parts[^1] = ReadRepetition(parts[^1], c);
            }
            else if (ReadAtom(c) is { } atom)
            {
                parts.Add(atom);
                repetitions = 0;
            }
        }

        return new SequenceNode(parts);
    }

    /// <summary>Null for a change of flags, which matches nothing by itself.</summary>
    private RegexNode? ReadAtom(char c)
    {
        switch (c)
        {
            case '(': return ReadGroup();
            case '\\': return ReadEscape();
            case '[':
                at++;
                return Set(ReadClass());
        }

        at++;
        return c switch
        {
            '^' => new AssertionNode(flags.MultiLine ? RegexAssertion.LineStart : RegexAssertion.Start),
            '$' => new AssertionNode(flags.MultiLine ? RegexAssertion.LineEnd : RegexAssertion.End),
            '.' => new SetNode(flags.DotAll ? CharacterSet.Anything : CharacterSet.AnythingButNewLine),
            _ => Set(CharacterSet.Of(WithLowSurrogate(c))),
        };
    }

    private SetNode Set(CharacterSet set) => new(flags.IgnoreCase ? set.IgnoreCase() : set);

    private RepeatNode ReadRepetition(RegexNode inner, char c)
    {
        var (min, max) = c switch
        {
            '*' => (0, null),
            '+' => (1, null),
            '?' => (0, 1),
            _ => ReadCounts(),
        };
        if (c != '{') at++;
        var lazy = Take('?');
        return new RepeatNode(inner, min, max, lazy == flags.SwapGreed);
    }

    private (int Min, int? Max) ReadCounts()
    {
        var close = pattern.IndexOf('}', at);
        if (close < 0) throw Bad("unclosed counted repetition");
        var counts = pattern[(at + 1)..close].Split(',');
        if (counts.Length > 2 || !TryCount(counts[0], out var min)) throw Bad("repetition quantifier expects a valid decimal");
        int? max = min;
        if (counts.Length == 2)
        {
            if (counts[1].Trim().Length == 0) max = null;
            else if (TryCount(counts[1], out var to)) max = to;
            else throw Bad("repetition quantifier expects a valid decimal");
        }

        if (max < min) throw Bad("invalid repetition count range, the start must be <= the end");
        at = close + 1;
        return (min, max);
    }

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private RegexNode? ReadGroup()
    {
        if (++depth > MaxDepth) throw Bad("groups are nested too deep");
        at++;
        RegexNode? group;
        if (!Take('?'))
        {
            group = ReadCapture(null);
        }
        else
        {
            var rest = pattern.AsSpan(at);
            if (rest.StartsWith("=") || rest.StartsWith("!") || rest.StartsWith("<=") || rest.StartsWith("<!"))
                throw Bad("look-around, including look-ahead and look-behind, is not supported");
            group = rest.StartsWith("P<") || rest.StartsWith("<") ? ReadCapture(ReadName()) : ReadFlagged();
        }

        depth--;
        return group;
    }

    private string ReadName()
    {
        at = pattern.IndexOf('<', at) + 1;
        var close = pattern.IndexOf('>', at);
        if (close <= at) throw Bad("unclosed or empty group name");
        var name = pattern[at..close];
        if (!(char.IsLetter(name[0]) || name[0] == '_') || !name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '.' or '[' or ']'))
            throw Bad($"invalid group name {name}");
        if (groupNames.Contains(name)) throw Bad($"duplicate group name {name}");
        at = close + 1;
        return name;
    }

    private GroupNode ReadCapture(string? name)
    {
        groupNames.Add(name);
        var number = groupNames.Count;
        return new GroupNode(ReadToEndOfGroup(), number);
    }

    private RegexNode ReadToEndOfGroup()
    {
        var inner = ReadChoice();
        if (!Take(')')) throw Bad("unclosed group");
        return inner;
    }

    /// <summary><c>(?flags)</c>, which changes what follows, or <c>(?flags:...)</c>.</summary>
    private RegexNode? ReadFlagged()
    {
        var changed = flags;
        var on = true;
        for (var start = at; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case ')':
                    if (at == start) throw Bad("missing flags");
                    at++;
                    flags = changed;
                    return null;
                case ':':
                    at++;
                    var outer = flags;
                    flags = changed;
                    var inner = ReadToEndOfGroup();
                    flags = outer;
                    return inner;
                case '-' when on: on = false; break;
                case 'i': changed.IgnoreCase = on; break;
                case 'm': changed.MultiLine = on; break;
                case 's': changed.DotAll = on; break;
                case 'x': changed.Extended = on; break;
                case 'U': changed.SwapGreed = on; break;
                case 'u' when on: break;
                default: throw Bad($"flag {pattern[at]} is not supported");
            }
        }

        throw Bad("unclosed group");
    }

    private RegexNode ReadEscape()
    {
        var c = at + 1 < pattern.Length ? pattern[at + 1] : throw Bad("incomplete escape sequence");
        if (c == 'b' && at + 2 < pattern.Length && pattern[at + 2] == '{') throw Bad(@"\b{...} is not supported");
        RegexAssertion? assertion = c switch
        {
            'A' => RegexAssertion.Start,
            'z' => RegexAssertion.End,
            'b' => RegexAssertion.WordBoundary,
            'B' => RegexAssertion.NotWordBoundary,
            _ => null,
        };
        if (assertion is not { } found) return Set(ReadEscapedClass() ?? CharacterSet.Of(ReadEscapedCharacter()));
        at += 2;
        return new AssertionNode(found);
    }

    /// <summary><c>\d</c> and its like; null, and nothing read, for other escapes.</summary>
    private CharacterSet? ReadEscapedClass()
    {
        var c = at + 1 < pattern.Length ? pattern[at + 1] : throw Bad("incomplete escape sequence");
        if (c is 'p' or 'P') return ReadCategory(negated: c == 'P');
        var set = char.ToLowerInvariant(c) switch
        {
            'd' => CharacterSet.Digit,
            's' => CharacterSet.Space,
            'w' => CharacterSet.Word,
            _ => null,
        };
        if (set is not null) at += 2;
        return char.IsAsciiLetterUpper(c) ? set?.Negate() : set;
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    private int ReadEscapedCharacter()
    {
        var c = pattern[at + 1];
        if (c is >= '0' and <= '9') throw Bad("backreferences are not supported");
        if (c is '<' or '>') throw Bad($@"\{c} is not supported");
        at += 2;
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'v': return '\v';
            case 'x': return ReadHex(2);
            case 'u': return ReadHex(4);
            case 'U': return ReadHex(8);
        }

        if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c)) return c;
        throw Bad($@"unrecognized escape sequence \{c}");
    }

    private int ReadHex(int digits)
    {
        var braced = Take('{');
        var end = braced ? pattern.IndexOf('}', at) : at + digits;
        if (end < at || end > pattern.Length) throw Bad("incomplete hexadecimal escape");
        var hex = pattern.AsSpan(at, end - at);
        at = braced ? end + 1 : end;
        if (hex.Length is 0 or > 8 || !int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || !System.Text.Rune.IsValid(value))
            throw Bad("invalid hexadecimal escape");
        return value;
    }

    private CharacterSet ReadCategory(bool negated)
    {
        at += 2;
        if (at >= pattern.Length) throw Bad("incomplete Unicode class");
        var name = pattern[at].ToString();
        var end = at + 1;
        if (pattern[at] == '{')
        {
            var close = pattern.IndexOf('}', at);
            if (close < 0) throw Bad("unclosed Unicode class");
            name = pattern[(at + 1)..close];
            end = close + 1;
            if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        }

        var category = UnicodeCategoryNames.Find(name) ?? throw Bad($"Unicode class {name} is not supported; general categories are");
        at = end;
        return negated ? CharacterSet.OfCategory(category).Negate() : CharacterSet.OfCategory(category);
    }

    private bool Take(char c)
    {
        if (at >= pattern.Length || pattern[at] != c) return false;
        at++;
        return true;
    }

    private struct RegexFlags
    {
        public bool IgnoreCase;
        public bool MultiLine;
        public bool DotAll;
        public bool Extended;
        public bool SwapGreed;
    }
}
