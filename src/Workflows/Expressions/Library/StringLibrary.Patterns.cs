using System.Text;
using System.Text.RegularExpressions;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

internal static partial class StringLibrary
{
    private static MethodTable.Builder AddPatterns(MethodTable.Builder table) => table
        .Add("match", 1, (e, self, a) =>
        {
            var regex = Regex(e, a.At(0), "");
            var text = Text(e, self);
            if (!regex.IsGlobal) return RegExpLibrary.Exec(e, regex, text);
            regex.LastIndex = 0;
            var found = e.NewArray();
            foreach (var match in RegExpLibrary.All(e, regex, text)) e.Push(found, RegExpLibrary.Taken(e, match));
            return found.Count > 0 ? found : JsValue.Null;
        })
        .Add("matchAll", 1, (e, self, a) =>
        {
            var regex = Regex(e, a.At(0), "g");
            if (!regex.IsGlobal) throw JsThrow.Type("String.prototype.matchAll called with a non-global RegExp argument");
            var text = Text(e, self);
            return MapLibrary.List(e, RegExpLibrary.All(e, regex, text).Select(match => (JsValue)RegExpLibrary.Answer(e, regex, text, match)));
        })
        .Add("search", 1, (e, self, a) => RegExpLibrary.Match(e, Regex(e, a.At(0), ""), Text(e, self), 0) is { Success: true } match ? match.Index : -1)
        .Add("replace", 2, (e, self, a) => Replace(e, Text(e, self), a.At(0), a.At(1), all: false))
        .Add("replaceAll", 2, (e, self, a) =>
            a.At(0).AsReference is JsRegExp { IsGlobal: false } ? throw JsThrow.Type("replaceAll must be called with a global RegExp") : Replace(e, Text(e, self), a.At(0), a.At(1), all: true))
        .Add("split", 2, (e, self, a) => Split(e, Text(e, self), a.At(0), a.At(1)));

    private static JsRegExp Regex(Evaluator e, JsValue value, string flags) =>
        value.AsReference as JsRegExp ?? RegExpLibrary.Make(e, value.IsUndefined ? "(?:)" : Coerce.ToText(e, value), flags);

    private static string Replace(Evaluator e, string text, JsValue pattern, JsValue replacement, bool all)
    {
        var function = replacement.AsReference as JsFunction;
        var template = function is null ? Coerce.ToText(e, replacement) : "";
        var result = new StringBuilder();
        var at = 0;
        if (pattern.AsReference is JsRegExp regex)
        {
            foreach (var match in regex.IsGlobal ? RegExpLibrary.All(e, regex, text) : RegExpLibrary.First(e, regex, text))
            {
                Append(text.AsSpan(at, match.Index - at));
                Append(function is null ? Expanded(e, template, text, match.Index, match.Length, regex, match) : Called(e, function, text, regex, match));
                at = match.Index + match.Length;
            }
        }
        else
        {
            var wanted = Coerce.ToText(e, pattern);
            for (var found = TextSearch.IndexOf(e, text, wanted, 0); found >= 0; found = all ? TextSearch.IndexOf(e, text, wanted, found + Math.Max(1, wanted.Length)) : -1)
            {
                Append(text.AsSpan(at, found - at));
                Append(function is null ? Expanded(e, template, text, found, wanted.Length, null, null) : Coerce.ToText(e, e.Call(function, default, [wanted, found, text])));
                at = found + wanted.Length;
            }
        }

        if (result.Length == 0 && at == 0) return text;
        Append(text.AsSpan(at));
        return result.ToString();

        void Append(ReadOnlySpan<char> piece)
        {
            e.AllocateText(piece.Length);
            result.Append(piece);
        }
    }

    private static string Called(Evaluator e, JsFunction function, string text, JsRegExp regex, Match match)
    {
        var arguments = e.NewArray();
        foreach (var group in RegExpLibrary.Groups(e, regex, match)) e.Push(arguments, group);
        e.Push(arguments, match.Index);
        e.Push(arguments, text);
        if (RegExpLibrary.NamedGroups(e, regex, match) is { } named) e.Push(arguments, named);
        return Coerce.ToText(e, e.Call(function, default, arguments.Span));
    }

    /// <summary>ECMA-262 GetSubstitution.</summary>
    private static string Expanded(Evaluator e, string template, string text, int index, int length, JsRegExp? regex, Match? match)
    {
        if (!template.Contains('$')) return template;
        var result = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var next = i + 1 < template.Length ? template[i + 1] : '\0';
            if (template[i] != '$' || next == '\0')
            {
                result.Append(template[i]);
                continue;
            }

            if (next is '$' or '&' or '`' or '\'')
            {
                ReadOnlySpan<char> piece = next switch { '$' => "$", '&' => text.AsSpan(index, length), '`' => text.AsSpan(0, index), _ => text.AsSpan(index + length) };
                e.AllocateText(piece.Length);
                result.Append(piece);
                i++;
            }
            else if (match is not null && char.IsAsciiDigit(next) && Numbered(template, i + 1, regex!.GroupCount) is var (number, digits) && digits > 0)
            {
                var group = match.Groups[number];
                e.AllocateText(group.Length);
                result.Append(group.ValueSpan);
                i += digits;
            }
            else if (match is not null && next == '<' && regex!.GroupNames.Count > 0 && template.IndexOf('>', i) is var close and > 0)
            {
                if (regex.NumberOf(template[(i + 2)..close]) is { } named) result.Append(match.Groups[named].ValueSpan);
                e.AllocateText(length);
                i = close;
            }
            else result.Append('$');
        }

        return result.ToString();
    }

    private static (int Number, int Digits) Numbered(string template, int at, int groups)
    {
        var one = template[at] - '0';
        var two = at + 1 < template.Length && char.IsAsciiDigit(template[at + 1]) ? one * 10 + template[at + 1] - '0' : -1;
        if (two >= 1 && two <= groups) return (two, 2);
        return one >= 1 && one <= groups ? (one, 1) : (0, 0);
    }

    private static JsArray Split(Evaluator e, string text, JsValue separator, JsValue limit)
    {
        var most = limit.IsUndefined ? uint.MaxValue : Coerce.ToUInt32(e, limit);
        var result = e.NewArray();
        if (most == 0) return result;
        if (separator.IsUndefined)
        {
            e.Push(result, text);
            return result;
        }

        if (separator.AsReference is JsRegExp regex) return SplitByPattern(e, text, regex, most, result);
        var wanted = Coerce.ToText(e, separator);
        if (wanted.Length == 0)
        {
            for (var i = 0; i < text.Length && result.Count < most; i++) e.Push(result, CharacterStrings.Of(text[i]));
            return result;
        }

        var at = 0;
        for (var found = TextSearch.IndexOf(e, text, wanted, 0); found >= 0; found = TextSearch.IndexOf(e, text, wanted, at))
        {
            e.Push(result, Part(e, text, at, found));
            if (result.Count >= most) return result;
            at = found + wanted.Length;
        }

        e.Push(result, Part(e, text, at, text.Length));
        return result;
    }

    private static JsArray SplitByPattern(Evaluator e, string text, JsRegExp regex, uint most, JsArray result)
    {
        if (text.Length == 0)
        {
            if (!RegExpLibrary.Match(e, regex, text, 0).Success) e.Push(result, text);
            return result;
        }

        var at = 0;
        var from = 0;
        while (from < text.Length)
        {
            var match = RegExpLibrary.Match(e, regex, text, from);
            if (!match.Success || match.Index >= text.Length) break;
            var end = match.Index + match.Length;
            if (end == at || (match.Length == 0 && match.Index == at))
            {
                from = Math.Max(from, match.Index) + 1;
                continue;
            }

            e.Push(result, Part(e, text, at, match.Index));
            if (result.Count >= most) return result;
            foreach (var group in RegExpLibrary.Groups(e, regex, match).Skip(1))
            {
                e.Push(result, group);
                if (result.Count >= most) return result;
            }

            at = end;
            from = match.Length == 0 ? end + 1 : end;
        }

        e.Push(result, Part(e, text, at, text.Length));
        return result;
    }
}
