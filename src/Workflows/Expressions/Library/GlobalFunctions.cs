using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Scripts;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>The functions that belong to no object.</summary>
internal static class GlobalFunctions
{
    private const string Reserved = ";/?:@&=+$,#";
    private const string Unescaped = "-_.!~*'()";

    public static MethodTable Table { get; } = new MethodTable.Builder()
        .Add("parseInt", 2, (e, _, a) => NumberText.ParseInt(Coerce.ToText(e, a.At(0)), Coerce.ToInt32(e, a.At(1))))
        .Add("parseFloat", 1, (e, _, a) => NumberText.ParseFloat(Coerce.ToText(e, a.At(0))))
        .Add("isNaN", 1, (e, _, a) => double.IsNaN(Coerce.ToNumber(e, a.At(0))))
        .Add("isFinite", 1, (e, _, a) => double.IsFinite(Coerce.ToNumber(e, a.At(0))))
        .Add("encodeURIComponent", 1, (e, _, a) => Encode(e, Coerce.ToText(e, a.At(0)), Unescaped))
        .Add("encodeURI", 1, (e, _, a) => Encode(e, Coerce.ToText(e, a.At(0)), Unescaped + Reserved))
        .Add("decodeURIComponent", 1, (e, _, a) => Decode(e, Coerce.ToText(e, a.At(0)), ""))
        .Add("decodeURI", 1, (e, _, a) => Decode(e, Coerce.ToText(e, a.At(0)), Reserved))
        .Add("escape", 1, (e, _, a) =>
        {
            var text = Coerce.ToText(e, a.At(0));
            e.AllocateText(text.Length * 6L);
            return string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || "@*_+-./".Contains(c, StringComparison.Ordinal) ? c.ToString() : c < 256 ? $"%{(int)c:X2}" : $"%u{(int)c:X4}"));
        })
        .Add("unescape", 1, (e, _, a) =>
        {
            var text = Coerce.ToText(e, a.At(0));
            e.AllocateText(text.Length);
            var result = new StringBuilder();
            for (var i = 0; i < text.Length; i++)
            {
                var digits = text[i] != '%' ? 0 : i + 1 < text.Length && text[i + 1] == 'u' ? 4 : 2;
                var from = digits == 4 ? i + 2 : i + 1;
                if (digits > 0 && from + digits <= text.Length && ushort.TryParse(text.AsSpan(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    result.Append((char)code);
                    i = from + digits - 1;
                }
                else result.Append(text[i]);
            }

            return result.ToString();
        })
        .Add("btoa", 1, (e, _, a) =>
        {
            var text = Coerce.ToText(e, a.At(0));
            e.AllocateText(text.Length * 2L);
            return text.Any(c => c > 255) ? throw JsThrow.Error("InvalidCharacterError", "Invalid character") : Convert.ToBase64String(Encoding.Latin1.GetBytes(text));
        })
        .Add("atob", 1, (e, _, a) =>
        {
            var text = string.Concat(Coerce.ToText(e, a.At(0)).Where(c => !char.IsWhiteSpace(c))).TrimEnd('=');
            e.AllocateText(text.Length * 2L);
            try
            {
                return Encoding.Latin1.GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
            }
            catch (FormatException)
            {
                throw JsThrow.Error("InvalidCharacterError", "The string to be decoded is not correctly encoded.");
            }
        })
        .Add("structuredClone", 1, (e, _, a) => Clone(e, a.At(0), 0))
        .Build();

    /// <param name="kept">What is not escaped besides letters and digits.</param>
    public static string Encode(Evaluator e, string text, string kept)
    {
        e.AllocateText(text.Length * 3L);
        e.Step(1 + text.Length / 2);
        var result = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]) || kept.Contains(text[i]))
            {
                result.Append(text[i]);
                continue;
            }

            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used) != System.Buffers.OperationStatus.Done) throw JsThrow.Error("URIError", "URI malformed");
            i += used - 1;
            foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) result.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }

    /// <param name="kept">What stays escaped.</param>
    public static string Decode(Evaluator e, string text, string kept)
    {
        e.AllocateText(text.Length);
        e.Step(1 + text.Length / 2);
        if (!text.Contains('%')) return text;
        var result = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }

            bytes[0] = Byte(text, i);
            var length = bytes[0] switch { < 0x80 => 1, >= 0xc2 and < 0xe0 => 2, >= 0xe0 and < 0xf0 => 3, >= 0xf0 and < 0xf5 => 4, _ => throw Malformed() };
            for (var n = 1; n < length; n++) bytes[n] = Byte(text, i + 3 * n);
            if (Rune.DecodeFromUtf8(bytes[..length], out var rune, out _) != System.Buffers.OperationStatus.Done) throw Malformed();
            if (length == 1 && kept.Contains((char)bytes[0])) result.Append(text, i, 3);
            else result.Append(rune.ToString());
            i += length * 3 - 1;
        }

        return result.ToString();

        static JsThrow Malformed() => JsThrow.Error("URIError", "URI malformed");

        static byte Byte(string text, int at) => at + 2 < text.Length && text[at] == '%' && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : throw Malformed();
    }

    private static JsValue Clone(Evaluator e, JsValue value, int depth)
    {
        e.Descend(depth);
        switch (value.AsReference)
        {
            case JsArray array:
                var elements = e.NewArray(array.Count);
                foreach (var element in array) elements.Add(Clone(e, element, depth + 1));
                return elements;
            case JsObject fields:
                var copy = e.NewObject(fields.Count);
                foreach (var (name, field) in fields) e.Set(copy, name, Clone(e, fields.Traits is null ? field : e.Field(fields, name, field), depth + 1));
                return copy;
            case JsDate date: return e.Own(new JsDate(date.Milliseconds));
            case JsMap map:
                var pairs = e.Own(new JsMap());
                foreach (var (key, held) in map.Each(e)) pairs.Set(e, Clone(e, key, depth + 1), Clone(e, held, depth + 1));
                return pairs;
            case JsSet set:
                var members = e.Own(new JsSet());
                foreach (var member in set.Values(e)) members.Add(e, Clone(e, member, depth + 1));
                return members;
            case JsBytes bytes when bytes.Type == ElementType.Byte: return JsBytes.Of(e, bytes.Span, isBuffer: false);
            case JsError error: return e.Own(new JsError(error.Type, error.ErrorMessage) { Name = error.Name, Cause = error.Cause, Place = error.Place });
            case JsSymbol or JsPromise or LibraryObject: throw JsThrow.Error("DataCloneError", $"{Coerce.TypeName(value)} could not be cloned.");
            case JsFunction: throw JsThrow.Error("DataCloneError", "a function could not be cloned.");
            default: return value;
        }
    }
}
