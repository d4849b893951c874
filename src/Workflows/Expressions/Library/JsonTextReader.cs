using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Reads JSON from a JavaScript string, which unlike UTF-8 may hold half a surrogate pair.</summary>
internal sealed class JsonTextReader(Evaluator e, string text)
{
    private int _at;

    public JsValue Read()
    {
        e.StepText(text.Length * 2);
        var value = Value(0);
        Blanks();
        return _at < text.Length ? throw Fail("Unexpected non-whitespace character after JSON") : value;
    }

    /// <summary>What Node says of text that is no JSON: people look for these words.</summary>
    /// <param name="expected">What would have been right at this place; null where anything but this would have been.</param>
    private JsThrow Fail(string? expected = null)
    {
        var place = _at.ToString(CultureInfo.InvariantCulture);
        if (expected is not null) return JsThrow.Syntax($"{expected} in JSON at position {place}".Replace("after JSON in JSON", "after JSON", StringComparison.Ordinal));
        if (_at >= text.Length) return JsThrow.Syntax("Unexpected end of JSON input");
        if (text is "undefined" or "[object Object]" or "NaN" or "Infinity") return JsThrow.Syntax($"\"{text}\" is not valid JSON");
        if (text[_at] is '"') return JsThrow.Syntax("Unexpected string in JSON at position " + place);
        if (text[_at] is '-' || char.IsAsciiDigit(text[_at])) return JsThrow.Syntax("Unexpected number in JSON at position " + place);
        const int Around = 10;
        var (from, to) = text.Length <= 2 * Around ? (0, text.Length) : (_at < Around ? 0 : _at - Around, _at >= text.Length - Around ? text.Length : _at + Around);
        return JsThrow.Syntax($"Unexpected token '{text[_at]}', {(from > 0 ? "..." : "")}\"{text[from..to]}\"{(to < text.Length ? "..." : "")} is not valid JSON");
    }

    private void Blanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\n' or '\r' && _at < text.Length) _at++;
    }

    private JsValue Value(int depth)
    {
        e.Descend(depth);
        Blanks();
        if (_at >= text.Length) throw Fail();
        switch (text[_at])
        {
            case '{': return Object(depth);
            case '[': return Array(depth);
            case '"': return String();
            case 't': return Word("true", true);
            case 'f': return Word("false", false);
            case 'n': return Word("null", JsValue.Null);
            default: return Number();
        }
    }

    private JsValue Word(string word, JsValue value)
    {
        foreach (var c in word)
        {
            if (_at >= text.Length || text[_at] != c) throw Fail();
            _at++;
        }

        return value;
    }

    private JsObject Object(int depth)
    {
        var result = e.NewObject();
        _at++;
        Blanks();
        if (Take('}')) return result;
        do
        {
            Blanks();
            if (_at >= text.Length || text[_at] != '"') throw Fail(result.Count == 0 ? "Expected property name or '}'" : "Expected double-quoted property name");
            var name = String();
            Blanks();
            if (!Take(':')) throw Fail("Expected ':' after property name");
            e.Set(result, name, Value(depth + 1));
            Blanks();
        }
        while (Take(','));
        return Take('}') ? result : throw Fail("Expected ',' or '}' after property value");
    }

    private JsArray Array(int depth)
    {
        var result = e.NewArray();
        _at++;
        Blanks();
        if (Take(']')) return result;
        do
        {
            e.Push(result, Value(depth + 1));
            Blanks();
        }
        while (Take(','));
        return Take(']') ? result : throw Fail("Expected ',' or ']' after array element");
    }

    private bool Take(char c)
    {
        if (_at >= text.Length || text[_at] != c) return false;
        _at++;
        return true;
    }

    private string String()
    {
        var from = ++_at;
        while (_at < text.Length && text[_at] is not ('"' or '\\') and >= ' ') _at++;
        if (_at < text.Length && text[_at] == '"')
        {
            e.AllocateText(_at - from);
            return text[from.._at++];
        }

        var result = new StringBuilder();
        result.Append(text, from, _at - from);
        while (true)
        {
            if (_at >= text.Length || text[_at] < ' ') throw Fail(_at >= text.Length ? "Unterminated string" : "Bad control character in string literal");
            var c = text[_at++];
            if (c == '"') break;
            if (c == '\\') c = Escape();
            result.Append(c);
        }

        e.AllocateText(result.Length);
        return result.ToString();
    }

    private char Escape()
    {
        if (_at >= text.Length) throw Fail("Unterminated string");
        var c = text[_at++];
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _at + 4 <= text.Length && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                if (c != 'u') _at--;
                throw Fail(c == 'u' ? "Bad Unicode escape" : "Bad escaped character");
        }
    }

    private JsValue Number()
    {
        var from = _at;
        var isNegative = Take('-');
        if (Take('0'))
        {
        }
        else if (!Digits()) throw isNegative ? Fail("No number after minus sign") : Fail();
        if (Take('.') && !Digits()) throw Fail("Unterminated fractional number");
        if (_at < text.Length && text[_at] is 'e' or 'E' && _at > from)
        {
            _at++;
            if (_at < text.Length && text[_at] is '+' or '-' && _at < text.Length) _at++;
            if (!Digits()) throw Fail("Exponent part is missing a number");
        }

        return double.Parse(text.AsSpan(from, _at - from), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private bool Digits()
    {
        var from = _at;
        while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        return _at > from;
    }
}
