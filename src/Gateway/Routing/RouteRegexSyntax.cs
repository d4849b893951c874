using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Routing;

/// <summary>
/// Reads a regular expression in the syntax of Rust's <c>regex</c> crate, which Kong's router uses, and writes it in .NET's. Look-around and
/// back-references are refused as Rust refuses them; class intersections, scripts and the U and R flags, which .NET lacks, are refused too.
/// </summary>
internal sealed class RouteRegexSyntax
{
    private const int MaxRepetition = 5000;
    private const int MaxDepth = 200;

    private readonly string pattern;
    private readonly StringBuilder output = new();
    private readonly StringBuilder prefix = new();
    private readonly List<string?> groupNames = [];
    private readonly Stack<Scope> scopes = new();
    private Scope scope;
    private int at;
    private int atomStart = -1;
    private bool prefixOpen;
    private bool lastIsPrefix;

    private RouteRegexSyntax(string pattern) => this.pattern = pattern;

    /// <summary>The expression in .NET's syntax; all its groups are unnamed, in Rust's numbering.</summary>
    public string Translated => output.ToString();

    /// <summary>What every match starts with; only of a pattern that is anchored with <c>^</c>.</summary>
    public string LiteralPrefix => prefix.ToString();

    /// <summary>The name of each group, group 1 first; null for one without.</summary>
    public IReadOnlyList<string?> GroupNames => groupNames;

    /// <summary>Reads <paramref name="pattern"/>; null and the reason when it is not valid.</summary>
    public static RouteRegexSyntax? Read(string pattern, out string? error)
    {
        var reader = new RouteRegexSyntax(pattern);
        try
        {
            reader.ReadAll();
            error = null;
            return reader;
        }
        catch (FormatException problem)
        {
            error = $"{problem.Message} (at character {reader.at + 1})";
            return null;
        }
    }

    private static FormatException Bad(string message) => new(message);

    private void ReadAll()
    {
        if (pattern.StartsWith('^'))
        {
            prefixOpen = true;
            output.Append('^');
            at = 1;
        }

        while (at < pattern.Length) ReadNext(pattern[at]);
        if (scopes.Count > 0) throw Bad("unclosed group");
    }

    private void ReadNext(char c)
    {
        if (scope.Extended && (char.IsWhiteSpace(c) || c == '#'))
        {
            at = c != '#' ? at + 1 : pattern.IndexOf('\n', at) is >= 0 and var line ? line : pattern.Length;
            return;
        }

        switch (c)
        {
            case '\\':
                ReadEscape();
                break;
            case '[':
                ClosePrefix();
                Atom();
                at++;
                ReadClass();
                break;
            case '(':
                ClosePrefix();
                OpenGroup();
                break;
            case ')':
                if (scopes.Count == 0) throw Bad("unopened group");
                output.Append(')');
                atomStart = scope.Start;
                scope = scopes.Pop();
                at++;
                break;
            case '*' or '+' or '?' or '{':
                ReadRepetition(c);
                break;
            case '|':
                if (scopes.Count == 0) prefix.Clear();
                ClosePrefix();
                output.Append('|');
                atomStart = -1;
                at++;
                break;
            case '^':
                ClosePrefix();
                Atom();
                output.Append('^');
                at++;
                break;
            case '$':
                ClosePrefix();
                Atom();
                output.Append(scope.MultiLine ? "$" : @"\z");
                at++;
                break;
            case '.':
                ClosePrefix();
                Atom();
                output.Append('.');
                at++;
                break;
            default:
                Literal(c);
                at++;
                break;
        }
    }

    private void Atom()
    {
        atomStart = output.Length;
        lastIsPrefix = false;
    }

    private void ClosePrefix() => prefixOpen = false;

    private void Literal(char c)
    {
        Atom();
        AppendEscaped(c);
        if (!prefixOpen) return;
        prefix.Append(c);
        lastIsPrefix = true;
    }

    private void AppendEscaped(char c)
    {
        if (c is '\\' or '*' or '+' or '?' or '|' or '{' or '}' or '[' or ']' or '(' or ')' or '^' or '$' or '.' or '#' or '-') output.Append('\\');
        output.Append(c);
    }

    private void ReadEscape()
    {
        if (at + 1 >= pattern.Length) throw Bad("incomplete escape sequence");
        var c = pattern[at + 1];
        switch (c)
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'A' or 'z' or 'b' or 'B':
                if (c == 'b' && at + 2 < pattern.Length && pattern[at + 2] == '{') throw Bad(@"\b{...} is not supported");
                ClosePrefix();
                Atom();
                output.Append('\\').Append(c);
                at += 2;
                break;
            case 'p' or 'P':
                ClosePrefix();
                Atom();
                output.Append(ReadCategory());
                break;
            default:
                AppendCodePoint(ReadEscapedLiteral());
                break;
        }
    }

    private void AppendCodePoint(int codePoint)
    {
        if (codePoint <= char.MaxValue)
        {
            Literal((char)codePoint);
            return;
        }

        ClosePrefix();
        Atom();
        output.Append("(?:").Append(char.ConvertFromUtf32(codePoint)).Append(')');
    }

    /// <summary>Reads an escape that stands for one character, and moves past it.</summary>
    private int ReadEscapedLiteral()
    {
        var c = pattern[at + 1];
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
            case >= '0' and <= '9': throw Bad("backreferences are not supported");
            case '<' or '>': throw Bad($@"\{c} is not supported");
        }

        if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c)) return c;
        throw Bad($@"unrecognized escape sequence \{c}");
    }

    private int ReadHex(int digits)
    {
        string hex;
        if (at < pattern.Length && pattern[at] == '{')
        {
            var close = pattern.IndexOf('}', at);
            if (close < 0) throw Bad("unclosed hexadecimal escape");
            hex = pattern[(at + 1)..close];
            at = close + 1;
        }
        else
        {
            if (at + digits > pattern.Length) throw Bad("incomplete hexadecimal escape");
            hex = pattern.Substring(at, digits);
            at += digits;
        }

        if (hex.Length is 0 or > 8 || !int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
            throw Bad("invalid hexadecimal escape");
        return value;
    }

    private string ReadCategory()
    {
        var negated = pattern[at + 1] == 'P';
        at += 2;
        if (at >= pattern.Length) throw Bad("incomplete Unicode class");
        string name;
        if (pattern[at] == '{')
        {
            var close = pattern.IndexOf('}', at);
            if (close < 0) throw Bad("unclosed Unicode class");
            name = pattern[(at + 1)..close];
            at = close + 1;
            if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        }
        else
        {
            name = pattern[at++].ToString();
        }

        var category = UnicodeCategoryNames.Find(name) ?? throw Bad($"Unicode class {name} is not supported; general categories are");
        return $@"\{(negated ? 'P' : 'p')}{{{category}}}";
    }

    private void OpenGroup()
    {
        if (scopes.Count >= MaxDepth) throw Bad("groups are nested too deep");
        var start = output.Length;
        if (at + 1 >= pattern.Length || pattern[at + 1] != '?')
        {
            groupNames.Add(null);
            output.Append('(');
            Push(start, scope);
            at++;
            return;
        }

        at += 2;
        var rest = pattern.AsSpan(at);
        if (rest.StartsWith("=") || rest.StartsWith("!") || rest.StartsWith("<=") || rest.StartsWith("<!"))
            throw Bad("look-around, including look-ahead and look-behind, is not supported");
        if (rest.StartsWith("P<") || rest.StartsWith("<"))
        {
            OpenNamedGroup(start);
            return;
        }

        OpenFlags(start);
    }

    private void OpenNamedGroup(int start)
    {
        at = pattern.IndexOf('<', at) + 1;
        var close = pattern.IndexOf('>', at);
        if (close <= at) throw Bad("unclosed or empty group name");
        var name = pattern[at..close];
        if (!(char.IsLetter(name[0]) || name[0] == '_') || !name.All(static c => char.IsLetterOrDigit(c) || c is '_' or '.' or '[' or ']'))
            throw Bad($"invalid group name {name}");
        if (groupNames.Contains(name)) throw Bad($"duplicate group name {name}");

        groupNames.Add(name);
        output.Append('(');
        Push(start, scope);
        at = close + 1;
    }

    private void OpenFlags(int start)
    {
        var inner = scope;
        var on = true;
        var written = new StringBuilder("(?");
        for (; at < pattern.Length; at++)
        {
            var c = pattern[at];
            switch (c)
            {
                case ')' or ':':
                    at++;
                    if (written[^1] == '-') written.Length--;
                    if (c == ':')
                    {
                        output.Append(written).Append(':');
                        Push(start, inner);
                        return;
                    }

                    if (written.Length == 2 && inner.Equals(scope) && pattern[at - 2] == '?') throw Bad("missing flags");
                    if (written.Length > 2) output.Append(written).Append(')');
                    scope = inner with { Start = scope.Start };
                    atomStart = -1;
                    return;
                case '-':
                    on = false;
                    written.Append('-');
                    break;
                case 'x':
                    inner.Extended = on;
                    break;
                case 'm':
                    inner.MultiLine = on;
                    written.Append(c);
                    break;
                case 'i' or 's':
                    written.Append(c);
                    break;
                case 'u' when on:
                    break;
                default:
                    throw Bad($"flag {c} is not supported");
            }
        }

        throw Bad("unclosed group");
    }

    private void Push(int start, Scope inner)
    {
        scopes.Push(scope);
        scope = inner with { Start = start };
        atomStart = -1;
        lastIsPrefix = false;
    }

    private void ReadRepetition(char c)
    {
        if (atomStart < 0) throw Bad("repetition operator missing expression");
        var optional = c is '*' or '?' or '{';
        if (lastIsPrefix && optional) prefix.Length--;
        ClosePrefix();
        lastIsPrefix = false;

        // A repetition of a repetition (a**) is allowed in Rust, and is another operator (a*+) in .NET.
        if (output.Length > atomStart && IsRepeated()) output.Insert(atomStart, "(?:").Append(')');

        if (c == '{')
        {
            ReadCounts();
        }
        else
        {
            output.Append(c);
            at++;
        }

        if (at < pattern.Length && pattern[at] == '?')
        {
            output.Append('?');
            at++;
        }

        repeatedUpTo = output.Length;
    }

    private int repeatedUpTo = -1;

    private bool IsRepeated() => repeatedUpTo == output.Length;

    private void ReadCounts()
    {
        var close = pattern.IndexOf('}', at);
        if (close < 0) throw Bad("unclosed counted repetition");
        var counts = pattern[(at + 1)..close].Split(',');
        if (counts.Length > 2 || !TryCount(counts[0], out var from)) throw Bad("repetition quantifier expects a valid decimal");
        var to = from;
        if (counts.Length == 2 && counts[1].Length > 0 && !TryCount(counts[1], out to)) throw Bad("repetition quantifier expects a valid decimal");
        if (to < from) throw Bad("invalid repetition count range, the start must be <= the end");
        if (to > MaxRepetition) throw Bad($"repetition count is over {MaxRepetition}");
        output.Append('{').Append(from);
        if (counts.Length == 2) output.Append(',');
        if (counts.Length == 2 && counts[1].Length > 0) output.Append(to);
        output.Append('}');
        at = close + 1;
    }

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count);

    /// <summary>Reads what follows a <c>[</c>.</summary>
    private void ReadClass()
    {
        output.Append('[');
        if (at < pattern.Length && pattern[at] == '^')
        {
            output.Append('^');
            at++;
        }

        var first = true;
        while (true)
        {
            if (at >= pattern.Length) throw Bad("unclosed character class");
            var c = pattern[at];
            if (c == ']' && !first) break;
            first = false;
            if (scope.Extended && char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            ReadClassItem(c);
        }

        output.Append(']');
        at++;
    }

    private void ReadClassItem(char c)
    {
        if (c == '[')
        {
            ReadPosixClass();
            return;
        }

        if (at + 1 < pattern.Length && c is '&' or '-' or '~' && pattern[at + 1] == c) throw Bad($"{c}{c} in a character class is not supported");
        if (c == '\\' && at + 1 < pattern.Length)
        {
            switch (pattern[at + 1])
            {
                case 'd' or 'D' or 's' or 'S' or 'w' or 'W':
                    output.Append(pattern, at, 2);
                    at += 2;
                    return;
                case 'p' or 'P':
                    output.Append(ReadCategory());
                    return;
            }
        }

        var low = ReadClassCharacter();
        if (at + 1 >= pattern.Length || pattern[at] != '-' || pattern[at + 1] is ']' or '-')
        {
            AppendClassCharacter(low);
            return;
        }

        at++;
        var high = ReadClassCharacter();
        if (high < low) throw Bad("invalid character class range, the start must be <= the end");
        AppendClassCharacter(low);
        output.Append('-');
        AppendClassCharacter(high);
    }

    private int ReadClassCharacter()
    {
        if (at >= pattern.Length) throw Bad("unclosed character class");
        var c = pattern[at];
        if (c == '[') throw Bad("a nested character class is not supported");
        if (c != '\\')
        {
            at++;
            return c;
        }

        if (at + 1 >= pattern.Length) throw Bad("incomplete escape sequence");
        if (pattern[at + 1] is 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'p' or 'P') throw Bad("invalid range in a character class");
        return ReadEscapedLiteral();
    }

    private void AppendClassCharacter(int codePoint)
    {
        if (codePoint > char.MaxValue) throw Bad("characters over U+FFFF in a character class are not supported");
        AppendEscaped((char)codePoint);
    }

    private void ReadPosixClass()
    {
        var close = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (at + 1 >= pattern.Length || pattern[at + 1] != ':' || close < 0) throw Bad("a nested character class is not supported");
        var members = pattern[(at + 2)..close] switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "ascii" => @"\x00-\x7F",
            "blank" => @"\t ",
            "cntrl" => @"\x00-\x1F\x7F",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => @"!-/:-@\[-`{-~",
            "space" => @"\t\n\v\f\r ",
            "upper" => "A-Z",
            "word" => "0-9A-Za-z_",
            "xdigit" => "0-9A-Fa-f",
            var name => throw Bad($"unrecognized ASCII class {name}"),
        };
        output.Append(members);
        at = close + 2;
    }

    /// <summary>What a group may change for what follows in it; <see cref="Start"/> is where its output begins.</summary>
    private record struct Scope(int Start, bool Extended, bool MultiLine);
}
