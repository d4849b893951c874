using System.Globalization;
using System.Text;

namespace Sluice.Workflows.Expressions.Parsing;

/// <summary>Cuts the text of an expression into ECMAScript's tokens. The parser says where a slash begins a regular expression.</summary>
internal sealed class Lexer(string source, int start, int end)
{
    // Longest first.
    private static readonly string[] Punctuators =
    [
        ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=",
        "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
        "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~", "?", ":", "=", ".", "@", "#",
    ];

    private int _at = start;

    public int Position
    {
        get => _at;
        set => _at = value;
    }

    public Token Next()
    {
        var newLine = SkipBlanks();
        if (_at >= end) return new(TokenKind.End, "", end, end, newLine);
        var from = _at;
        var c = source[_at];
        if (IsNameStart(c)) return Name(from, newLine);
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < end && char.IsAsciiDigit(source[_at + 1]))) return Number(from, newLine);
        if (c is '"' or '\'') return String(from, newLine);
        if (c == '`')
        {
            _at++;
            return new(TokenKind.Template, "`", from, _at, newLine);
        }

        foreach (var sign in Punctuators)
        {
            if (string.CompareOrdinal(source, from, sign, 0, sign.Length) != 0 || from + sign.Length > end) continue;
            // `a?.5:b` is a condition, not an optional chain.
            if (sign == "?." && from + 2 < end && char.IsAsciiDigit(source[from + 2])) continue;
            _at += sign.Length;
            return new(TokenKind.Punctuator, sign, from, _at, newLine);
        }

        throw new ExpressionSyntaxException($"unexpected character {Describe(c)}", from);
    }

    /// <summary>Reads a regular expression whose first slash is at the given place.</summary>
    public (string Pattern, string Flags) RegularExpression(int from)
    {
        var inClass = false;
        for (_at = from + 1; ; _at++)
        {
            if (_at >= end || source[_at] is '\n' or '\r') throw new ExpressionSyntaxException("the regular expression does not end", from);
            var c = source[_at];
            if (c == '\\') _at++;
            else if (c == '[') inClass = true;
            else if (c == ']') inClass = false;
            else if (c == '/' && !inClass) break;
        }

        var pattern = source[(from + 1)..Math.Min(_at, end)];
        var flags = ++_at;
        while (_at < end && char.IsAsciiLetter(source[_at])) _at++;
        return (pattern, source[flags.._at]);
    }

    /// <summary>Reads the literal part of a template from here to the next <c>${</c> or the closing backtick.</summary>
    public (string Text, bool Last) TemplatePart()
    {
        var from = _at;
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= end) throw new ExpressionSyntaxException("the template literal does not end", from);
            var c = source[_at++];
            if (c == '`') return (text.ToString(), true);
            if (c == '$' && _at < end && source[_at] == '{')
            {
                _at++;
                return (text.ToString(), false);
            }

            if (c == '\\') Escape(text);
            else if (c == '\r')
            {
                if (_at < end && source[_at] == '\n') _at++;
                text.Append('\n');
            }
            else text.Append(c);
        }
    }

    /// <summary>The part of a template that was just read, as it was written.</summary>
    public string RawTemplate(int from, bool last) => source[from..(_at - (last ? 1 : 2))].Replace("\r\n", "\n", StringComparison.Ordinal);

    private static bool IsNameStart(char c) => char.IsLetter(c) || c is '$' or '_' or '\\' || char.GetUnicodeCategory(c) == UnicodeCategory.LetterNumber;

    private static bool IsNamePart(char c) => IsNameStart(c) || char.IsDigit(c) || c is '\u200c' or '\u200d' ||
        char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    private static string Describe(char c) => char.IsControl(c) ? $"U+{(int)c:X4}" : $"'{c}'";

    private bool SkipBlanks()
    {
        var newLine = false;
        while (_at < end)
        {
            var c = source[_at];
            if (c is '\n' or '\r' or '\u2028' or '\u2029')
            {
                newLine = true;
                _at++;
            }
            else if (char.IsWhiteSpace(c) || c == '\ufeff') _at++;
            else if (c == '/' && _at + 1 < end && source[_at + 1] == '/')
            {
                while (_at < end && source[_at] is not ('\n' or '\r')) _at++;
            }
            else if (c == '/' && _at + 1 < end && source[_at + 1] == '*')
            {
                var close = source.IndexOf("*/", _at + 2, end - _at - 2, StringComparison.Ordinal);
                if (close < 0) throw new ExpressionSyntaxException("the comment does not end", _at);
                newLine |= source.AsSpan(_at, close - _at).ContainsAny('\n', '\r');
                _at = close + 2;
            }
            else break;
        }

        return newLine;
    }

    private Token Name(int from, bool newLine)
    {
        var escaped = false;
        StringBuilder? text = null;
        while (_at < end && IsNamePart(source[_at]))
        {
            if (source[_at] == '\\')
            {
                text ??= new StringBuilder(source, from, _at - from, 32);
                escaped = true;
                _at++;
                if (_at >= end || source[_at++] != 'u') throw new ExpressionSyntaxException("unexpected '\\'", _at - 1);
                var code = UnicodeEscape(from);
                if (code is >= 0xd800 and <= 0xdfff || !(code > 0xffff || IsNamePart((char)code))) throw new ExpressionSyntaxException("not a letter of a name", from);
                text.Append(char.ConvertFromUtf32(code));
            }
            else
            {
                text?.Append(source[_at]);
                _at++;
            }
        }

        return new(TokenKind.Name, text?.ToString() ?? source[from.._at], from, _at, newLine, Escaped: escaped);
    }

    private Token Number(int from, bool newLine)
    {
        double value;
        string digits;
        if (source[_at] == '0' && _at + 1 < end && source[_at + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B' && source[_at] == '0')
        {
            var radix = char.ToLowerInvariant(source[_at + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
            _at += 2;
            digits = Digits(c => char.IsAsciiHexDigit(c) && Convert.ToInt32(c.ToString(), 16) < radix);
            if (digits.Length == 0) throw new ExpressionSyntaxException("a number without digits", from);
            value = Evaluation.NumberText.ParseInRadix(digits, radix);
            if (_at < end && source[_at] == 'n')
            {
                _at++;
                return new(TokenKind.BigInt, source[from.._at].Replace("_", "", StringComparison.Ordinal), from, _at, newLine);
            }
        }
        else
        {
            digits = Digits(char.IsAsciiDigit);
            if (_at < end && source[_at] == 'n' && digits.Length > 0)
            {
                _at++;
                return new(TokenKind.BigInt, digits, from, _at, newLine);
            }

            if (_at < end && source[_at] == '.')
            {
                _at++;
                digits += "." + Digits(char.IsAsciiDigit);
            }

            if (_at < end && source[_at] is 'e' or 'E' && IsExponent())
            {
                digits += 'e';
                _at++;
                if (source[_at] is '+' or '-') digits += source[_at++];
                digits += Digits(char.IsAsciiDigit);
            }

            value = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        if (_at < end && IsNamePart(source[_at])) throw new ExpressionSyntaxException("a name may not follow a number directly", _at);
        return new(TokenKind.Number, source[from.._at], from, _at, newLine, value);
    }

    private bool IsExponent()
    {
        var next = _at + 1;
        if (next < end && source[next] is '+' or '-') next++;
        return next < end && char.IsAsciiDigit(source[next]);
    }

    private string Digits(Func<char, bool> isDigit)
    {
        var from = _at;
        while (_at < end && (isDigit(source[_at]) || (source[_at] == '_' && _at > from && _at + 1 < end && isDigit(source[_at + 1])))) _at++;
        return source[from.._at].Replace("_", "", StringComparison.Ordinal);
    }

    private Token String(int from, bool newLine)
    {
        var quote = source[_at++];
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= end || source[_at] is '\n' or '\r') throw new ExpressionSyntaxException("the string does not end", from);
            var c = source[_at++];
            if (c == quote) return new(TokenKind.String, text.ToString(), from, _at, newLine);
            if (c == '\\') Escape(text);
            else text.Append(c);
        }
    }

    private void Escape(StringBuilder text)
    {
        var from = _at - 1;
        if (_at >= end) throw new ExpressionSyntaxException("the string does not end", from);
        var c = source[_at++];
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case '0' when _at >= end || !char.IsAsciiDigit(source[_at]): text.Append('\0'); break;
            case 'x': text.Append((char)Hex(2, from)); break;
            case 'u':
                var code = UnicodeEscape(from);
                if (code > 0xffff) text.Append(char.ConvertFromUtf32(code));
                else text.Append((char)code);
                break;
            case '\r':
                if (_at < end && source[_at] == '\n') _at++;
                break;
            case '\n' or '\u2028' or '\u2029': break;
            default: text.Append(c); break;
        }
    }

    private int UnicodeEscape(int from)
    {
        if (_at >= end || source[_at] != '{') return Hex(4, from);
        var close = source.IndexOf('}', _at, end - _at);
        if (close < 0 || close - _at is < 2 or > 9 || !int.TryParse(source.AsSpan(_at + 1, close - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0x10ffff)
            throw new ExpressionSyntaxException("not a Unicode escape", from);
        _at = close + 1;
        return code is >= 0xd800 and <= 0xdfff ? 0xfffd : code;
    }

    private int Hex(int length, int from)
    {
        if (_at + length > end || !int.TryParse(source.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw new ExpressionSyntaxException("not a hexadecimal escape", from);
        _at += length;
        return code;
    }
}
