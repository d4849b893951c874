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
        return _at < text.Length ? throw Fail() : value;
    }

    private JsThrow Fail() => JsThrow.Syntax(_at >= text.Length ? "Unexpected end of JSON input" : $"Unexpected token '{text[_at]}' in JSON at position {_at.ToString(CultureInfo.InvariantCulture)}");

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
            if (_at >= text.Length || text[_at] != '"') throw Fail();
            var name = String();
            Blanks();
            if (!Take(':')) throw Fail();
            e.Set(result, name, Value(depth + 1));
            Blanks();
        }
        while (Take(','));
        return Take('}') ? result : throw Fail();
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
        return Take(']') ? result : throw Fail();
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
            if (_at >= text.Length || text[_at] < ' ') throw Fail();
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
        if (_at >= text.Length) throw Fail();
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
                _at--;
                throw Fail();
        }
    }

    private JsValue Number()
    {
        var from = _at;
        Take('-');
        if (Take('0'))
        {
        }
        else if (!Digits()) throw Fail();
        if (Take('.') && !Digits()) throw Fail();
        if (_at < text.Length && text[_at] is 'e' or 'E' && _at > from)
        {
            _at++;
            if (_at < text.Length && text[_at] is '+' or '-' && _at < text.Length) _at++;
            if (!Digits()) throw Fail();
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
