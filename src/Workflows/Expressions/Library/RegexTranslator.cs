using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>A pattern in .NET's syntax.</summary>
internal sealed record TranslatedRegex(string Text, bool NeedsBacktracking, int[] Numbers, IReadOnlyDictionary<string, int> Names);

/// <summary>Writes an ECMAScript pattern in .NET's syntax, piece by piece, so that nothing of .NET's own syntax gets through.</summary>
internal sealed class RegexTranslator
{
    private const string Word = "a-zA-Z0-9_";
    private const string Blank = @"\t\n\v\f\r \u00a0\ufeff\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
    private const string LineEnds = @"\n\r\u2028\u2029";

    /// <summary>A repetition of more than these is refused.</summary>
    private const int MaximumRepeat = 10_000;

    private readonly string _pattern;
    private readonly bool _unicode;
    private readonly bool _dotAll;
    private readonly bool _multiline;
    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly int _groupCount;
    private readonly HashSet<string> _knownNames;
    private int _at;
    private int _groups;
    private int _depth;
    private bool _backtracks;

    private RegexTranslator(string pattern, string flags)
    {
        _pattern = pattern;
        _unicode = flags.Contains('u') || flags.Contains('v');
        _dotAll = flags.Contains('s');
        _multiline = flags.Contains('m');
        (_groupCount, _knownNames) = CountGroups(pattern);
    }

    /// <exception cref="ArgumentException">It is not a pattern.</exception>
    public static TranslatedRegex Translate(string pattern, string flags)
    {
        var translator = new RegexTranslator(pattern, flags);
        translator.Disjunction();
        if (translator._at < pattern.Length) throw new ArgumentException("Unmatched ')'");
        return new(translator._output.ToString(), translator._backtracks, [.. Enumerable.Range(1, translator._groups)], translator._names);
    }

    private static (int Count, HashSet<string> Names) CountGroups(string pattern)
    {
        var count = 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\') i++;
            else if (pattern[i] == '[') inClass = true;
            else if (pattern[i] == ']') inClass = false;
            else if (pattern[i] == '(' && !inClass)
            {
                if (i + 1 >= pattern.Length || pattern[i + 1] != '?') count++;
                else if (i + 3 < pattern.Length && pattern[i + 2] == '<' && pattern[i + 3] is not ('=' or '!'))
                {
                    count++;
                    var close = pattern.IndexOf('>', i);
                    if (close > 0) names.Add(pattern[(i + 3)..close]);
                }
            }
        }

        return (count, names);
    }

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private void Disjunction()
    {
        if (++_depth > 50) throw new ArgumentException("nested too deeply");
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            if (Take("|")) _output.Append('|');
            else Term();
        }

        _depth--;
    }

    private void Term()
    {
        var c = _pattern[_at];
        switch (c)
        {
            case '^':
                _at++;
                if (_multiline)
                {
                    _backtracks = true;
                    _output.Append($"(?<=\\A|[{LineEnds}])");
                }
                else _output.Append("\\A");
                return;
            case '$':
                _at++;
                if (_multiline)
                {
                    _backtracks = true;
                    _output.Append($"(?=[{LineEnds}]|\\z)");
                }
                else _output.Append("\\z");
                return;
            case '(':
                Group();
                break;
            case '.':
                _at++;
                var any = _dotAll ? "[\\s\\S]" : $"[^{LineEnds}]";
                _output.Append(_unicode ? $"(?:[\\ud800-\\udbff][\\udc00-\\udfff]|{any})" : any);
                break;
            case '[':
                Class();
                break;
            case '\\':
                if (Escape()) return;
                break;
            case '*' or '+' or '?':
                throw new ArgumentException("Nothing to repeat");
            case '{' when _unicode || IsQuantifier():
                throw new ArgumentException("Nothing to repeat");
            default:
                _at++;
                if (char.IsHighSurrogate(c) && _at < _pattern.Length && char.IsLowSurrogate(_pattern[_at]) && _unicode) _output.Append("(?:").Append(c).Append(_pattern[_at++]).Append(')');
                else Literal(c);
                break;
        }

        Quantifier();
    }

    private void Literal(char c)
    {
        if (char.IsAsciiLetterOrDigit(c) || c > '\u007f') _output.Append(c);
        else _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
    }

    private bool IsQuantifier()
    {
        var close = _pattern.IndexOf('}', _at);
        if (close < 0) return false;
        var parts = _pattern[(_at + 1)..close].Split(',');
        return parts.Length <= 2 && parts[0].Length > 0 && parts.All(p => p.All(char.IsAsciiDigit));
    }

    private void Quantifier()
    {
        if (_at >= _pattern.Length) return;
        var c = _pattern[_at];
        if (c is '*' or '+' or '?')
        {
            _at++;
            _output.Append(c);
        }
        else if (c == '{' && IsQuantifier())
        {
            var close = _pattern.IndexOf('}', _at);
            foreach (var part in _pattern[(_at + 1)..close].Split(','))
                if (part.Length > 0 && (part.Length > 6 || int.Parse(part, CultureInfo.InvariantCulture) > MaximumRepeat)) throw new ArgumentException("Repeats too often");
            _output.Append(_pattern, _at, close - _at + 1);
            _at = close + 1;
        }
        else return;

        if (Take("?")) _output.Append('?');
        if (_at < _pattern.Length && (_pattern[_at] is '*' or '+' or '?' || (_pattern[_at] == '{' && IsQuantifier()))) throw new ArgumentException("Nothing to repeat");
    }

    private void Group()
    {
        if (Take("(?:")) _output.Append("(?:");
        else if (Take("(?=") || Take("(?!"))
        {
            _backtracks = true;
            _output.Append(_pattern, _at - 3, 3);
        }
        else if (Take("(?<=") || Take("(?<!"))
        {
            _backtracks = true;
            _output.Append(_pattern, _at - 4, 4);
        }
        else if (Take("(?<"))
        {
            var close = _pattern.IndexOf('>', _at);
            if (close < 0) throw new ArgumentException("Invalid capture group name");
            var name = _pattern[_at..close];
            if (name.Length == 0 || !name.All(n => char.IsLetterOrDigit(n) || n is '_' or '$') || char.IsAsciiDigit(name[0])) throw new ArgumentException("Invalid capture group name");
            if (!_names.TryAdd(name, ++_groups)) throw new ArgumentException("Duplicate capture group name");
            _at = close + 1;
            _output.Append('(');
        }
        else if (Take("(?")) throw new ArgumentException("Invalid group");
        else
        {
            _at++;
            _groups++;
            _output.Append('(');
        }

        Disjunction();
        if (!Take(")")) throw new ArgumentException("Unterminated group");
        _output.Append(')');
    }

    /// <returns>Whether it was an assertion, which cannot be repeated.</returns>
    private bool Escape()
    {
        if (++_at >= _pattern.Length) throw new ArgumentException("\\ at end of pattern");
        var c = _pattern[_at];
        if (c is 'b' or 'B')
        {
            // .NET's own word boundary knows more letters than JavaScript's.
            _at++;
            _backtracks = true;
            _output.Append(c == 'b' ? $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))" : $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))");
            return true;
        }

        if (c == 'k' && (_knownNames.Count > 0 || _unicode))
        {
            var close = _pattern.IndexOf('>', _at);
            if (close < 0 || _at + 1 >= _pattern.Length || _pattern[_at + 1] != '<' || !_knownNames.Contains(_pattern[(_at + 2)..close])) throw new ArgumentException("Invalid named reference");
            var name = _pattern[(_at + 2)..close];
            _at = close + 1;
            Reference(_names.TryGetValue(name, out var number) ? number : int.MaxValue);
            return false;
        }

        if (c is >= '1' and <= '9')
        {
            var to = _at;
            while (to < _pattern.Length && char.IsAsciiDigit(_pattern[to]) && to - _at < 4) to++;
            var number = int.Parse(_pattern.AsSpan(_at, to - _at), CultureInfo.InvariantCulture);
            if (number <= _groupCount)
            {
                _at = to;
                Reference(number);
                return false;
            }

            if (_unicode) throw new ArgumentException("Invalid escape");
        }

        _output.Append(Shorthand() ?? $"\\u{(int)Character():x4}");
        return false;
    }

    /// <summary>A group that has not matched yet matches nothing, everywhere.</summary>
    private void Reference(int number)
    {
        _backtracks = true;
        if (number > _groups) _output.Append("(?:)");
        else _output.Append(CultureInfo.InvariantCulture, $"(?({number})\\{number}|)");
    }

    /// <summary>A class escape such as <c>\d</c>, as a class of its own; null when it is a character.</summary>
    private string? Shorthand()
    {
        var inner = ClassEscape(out var negated);
        return inner is null ? null : negated ? $"[^{inner}]" : $"[{inner}]";
    }

    private string? ClassEscape(out bool negated)
    {
        var c = _pattern[_at];
        negated = c is 'D' or 'W' or 'S' or 'P';
        switch (c)
        {
            case 'd' or 'D':
                _at++;
                return "0-9";
            case 'w' or 'W':
                _at++;
                return Word;
            case 's' or 'S':
                _at++;
                return Blank;
            case 'p' or 'P' when _unicode:
                var close = _pattern.IndexOf('}', _at);
                if (close < 0 || _pattern.Length <= _at + 1 || _pattern[_at + 1] != '{') throw new ArgumentException("Invalid property name");
                var name = _pattern[(_at + 2)..close];
                _at = close + 1;
                return UnicodeProperties.Class(name) ?? throw new ArgumentException($"Unicode property '{name}' is not supported");
            default:
                return null;
        }
    }

    private char Character()
    {
        var c = _pattern[_at++];
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'f': return '\f';
            case '0': return '\0';
            case 'c' when _at < _pattern.Length && char.IsAsciiLetter(_pattern[_at]): return (char)(_pattern[_at++] % 32);
            case 'x' when Hex(2) is { } code: return (char)code;
            case 'u' when _unicode && _at < _pattern.Length && _pattern[_at] == '{':
                var close = _pattern.IndexOf('}', _at);
                if (close < 0 || !int.TryParse(_pattern.AsSpan(_at + 1, close - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || point is > 0xffff or < 0)
                    throw new ArgumentException("Code points above U+FFFF are not supported in escapes");
                _at = close + 1;
                return (char)point;
            case 'u' when Hex(4) is { } code: return (char)code;
            default:
                if (_unicode && char.IsAsciiLetterOrDigit(c)) throw new ArgumentException("Invalid escape");
                return c;
        }
    }

    private int? Hex(int length)
    {
        if (_at + length > _pattern.Length || !int.TryParse(_pattern.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return null;
        _at += length;
        return code;
    }

    private void Class()
    {
        _at++;
        var negated = Take("^");
        var positive = new StringBuilder();
        var alternatives = new List<string>();
        while (true)
        {
            if (_at >= _pattern.Length) throw new ArgumentException("Unterminated character class");
            if (Take("]")) break;
            var first = Member(positive, alternatives);
            if (first is not { } low) continue;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var second = Member(positive, alternatives);
                if (second is not { } high)
                {
                    positive.Append(CultureInfo.InvariantCulture, $"\\u{(int)low:x4}\\u002d");
                    continue;
                }

                if (high < low) throw new ArgumentException("Range out of order in character class");
                positive.Append(CultureInfo.InvariantCulture, $"\\u{(int)low:x4}-\\u{(int)high:x4}");
            }
            else positive.Append(CultureInfo.InvariantCulture, $"\\u{(int)low:x4}");
        }

        if (positive.Length == 0 && alternatives.Count == 0) _output.Append(negated ? "[\\s\\S]" : "[^\\s\\S]");
        else if (alternatives.Count == 0) _output.Append(negated ? "[^" : "[").Append(positive).Append(']');
        else if (!negated) _output.Append("(?:").Append(positive.Length > 0 ? $"[{positive}]|" : "").AppendJoin('|', alternatives).Append(')');
        else
        {
            _backtracks = true;
            _output.Append("(?:(?!").Append(positive.Length > 0 ? $"[{positive}]|" : "").AppendJoin('|', alternatives).Append(")[\\s\\S])");
        }
    }

    /// <returns>The character, or null when it was a class, which is added to the positive ones or, when it excludes or is longer than a character, to the alternatives.</returns>
    private char? Member(StringBuilder positive, List<string> alternatives)
    {
        var c = _pattern[_at];
        if (c == '\\')
        {
            if (++_at >= _pattern.Length) throw new ArgumentException("\\ at end of pattern");
            if (_pattern[_at] == 'b')
            {
                _at++;
                return '\b';
            }

            if (_pattern[_at] == '-')
            {
                _at++;
                return '-';
            }

            if (ClassEscape(out var negated) is not { } inner) return Character();
            if (negated) alternatives.Add($"[^{inner}]");
            else positive.Append(inner);
            return null;
        }

        _at++;
        if (_unicode && char.IsHighSurrogate(c) && _at < _pattern.Length && char.IsLowSurrogate(_pattern[_at]))
        {
            alternatives.Add($"{c}{_pattern[_at++]}");
            if (_at < _pattern.Length && _pattern[_at] == '-') throw new ArgumentException("Ranges above U+FFFF are not supported");
            return null;
        }

        return c;
    }
}
