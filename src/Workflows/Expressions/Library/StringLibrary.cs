using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>String. What takes regular expressions is in StringLibrary.Patterns.cs.</summary>
internal static partial class StringLibrary
{
    public static MethodTable Methods { get; } = AddPatterns(new MethodTable.Builder()
        .Add("at", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            var index = Coerce.ToInteger(e, a.At(0));
            if (index < 0) index += text.Length;
            return index >= 0 && index < text.Length ? CharacterStrings.Of(text[(int)index]) : default(JsValue);
        })
        .Add("charAt", 1, (e, self, a) => Index(e, self, a) is { } at ? CharacterStrings.Of(at.Text[at.Index]) : "")
        .Add("charCodeAt", 1, (e, self, a) => Index(e, self, a) is { } at ? at.Text[at.Index] : double.NaN)
        .Add("codePointAt", 1, (e, self, a) => Index(e, self, a) is not { } at ? default(JsValue)
            : at.Index + 1 < at.Text.Length && char.IsSurrogatePair(at.Text[at.Index], at.Text[at.Index + 1]) ? char.ConvertToUtf32(at.Text[at.Index], at.Text[at.Index + 1]) : at.Text[at.Index])
        .Add("concat", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            foreach (var more in a) text = Operators.Concat(e, text, Coerce.ToText(e, more));
            return text;
        })
        .Add("endsWith", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            return text.AsSpan(0, Coerce.ToIndex(e, NotNegative(e, a.At(1)), text.Length, text.Length)).EndsWith(Plain(e, a.At(0)), StringComparison.Ordinal);
        })
        .Add("startsWith", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            return text.AsSpan(Coerce.ToIndex(e, NotNegative(e, a.At(1)), text.Length, 0)).StartsWith(Plain(e, a.At(0)), StringComparison.Ordinal);
        })
        .Add("includes", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            return TextSearch.IndexOf(e, text, Plain(e, a.At(0)), Coerce.ToIndex(e, NotNegative(e, a.At(1)), text.Length, 0)) >= 0;
        })
        .Add("indexOf", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            return TextSearch.IndexOf(e, text, Coerce.ToText(e, a.At(0)), Coerce.ToIndex(e, NotNegative(e, a.At(1)), text.Length, 0));
        })
        .Add("lastIndexOf", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            var from = Coerce.ToNumber(e, a.At(1));
            return TextSearch.LastIndexOf(e, text, Coerce.ToText(e, a.At(0)), double.IsNaN(from) ? text.Length : (int)Math.Clamp(from, 0, text.Length));
        })
        .Add("isWellFormed", 0, (e, self, _) => WellFormed(Text(e, self)) == Text(e, self))
        .Add("toWellFormed", 0, (e, self, _) => WellFormed(Text(e, self)))
        .Add("localeCompare", 1, (e, self, a) => TextOrder.Compare(e, Text(e, self), Coerce.ToText(e, a.At(0)), a.At(2)))
        .Add("normalize", 0, (e, self, a) => Normalize(e, Text(e, self), a.At(0)))
        .Add("padEnd", 2, (e, self, a) => Text(e, self) + Padding(e, self, a))
        .Add("padStart", 2, (e, self, a) => Padding(e, self, a) + Text(e, self))
        .Add("repeat", 1, (e, self, a) =>
        {
            var text = Text(e, self);
            var count = Coerce.ToInteger(e, a.At(0));
            if (count < 0 || double.IsInfinity(count)) throw JsThrow.Range("Invalid count value: " + Coerce.ToText(e, a.At(0)));
            e.AllocateText((long)Math.Min(text.Length * count, int.MaxValue));
            return text.Length == 0 ? "" : new StringBuilder().Insert(0, text, (int)count).ToString();
        })
        .Add("slice", 2, (e, self, a) =>
        {
            var text = Text(e, self);
            var from = Coerce.ToIndex(e, a.At(0), text.Length, 0);
            var to = Coerce.ToIndex(e, a.At(1), text.Length, text.Length);
            return Part(e, text, from, to);
        })
        .Add("substring", 2, (e, self, a) =>
        {
            var text = Text(e, self);
            var from = Coerce.ToIndex(e, NotNegative(e, a.At(0)), text.Length, 0);
            var to = Coerce.ToIndex(e, NotNegative(e, a.At(1)), text.Length, text.Length);
            return Part(e, text, Math.Min(from, to), Math.Max(from, to));
        })
        .Add("substr", 2, (e, self, a) =>
        {
            var text = Text(e, self);
            var from = Coerce.ToIndex(e, a.At(0), text.Length, 0);
            var length = a.At(1).IsUndefined ? text.Length : Coerce.ToInteger(e, a[1]);
            return Part(e, text, from, (int)Math.Min(from + Math.Max(0, length), text.Length));
        })
        .Add("toLowerCase", 0, (e, self, _) => Cased(e, self, upper: false))
        .Alias("toLocaleLowerCase", "toLowerCase")
        .Add("toUpperCase", 0, (e, self, _) => Cased(e, self, upper: true))
        .Alias("toLocaleUpperCase", "toUpperCase")
        .Add("trim", 0, (e, self, _) => NumberText.Trim(Copied(e, self)).ToString())
        .Add("trimStart", 0, (e, self, _) => NumberText.TrimStart(Copied(e, self)).ToString())
        .Add("trimEnd", 0, (e, self, _) => NumberText.TrimEnd(Copied(e, self)).ToString())
        .Alias("trimLeft", "trimStart")
        .Alias("trimRight", "trimEnd")
        .Add("toString", 0, (_, self, _) => self)
        .Add("valueOf", 0, (_, self, _) => self)
        .Add("hasOwnProperty", 1, (e, self, a) => Properties.HasOwn(e, self, Coerce.ToName(e, a.At(0))))).Build();

    public static NativeConstructor Constructor { get; } = new("String", 1, new MethodTable.Builder()
        .Add("raw", 1, (e, _, a) =>
        {
            var parts = Iteration.Of(e, Properties.Get(e, a.At(0), "raw")).ToArray();
            var text = new StringBuilder();
            for (var i = 0; i < parts.Length; i++)
            {
                text.Append(Coerce.ToText(e, parts[i]));
                if (i + 1 < parts.Length && i + 1 < a.Length) text.Append(Coerce.ToText(e, a[i + 1]));
            }

            e.AllocateText(text.Length);
            return text.ToString();
        })
        .Add("fromCharCode", 1, (e, _, a) =>
        {
            e.AllocateText(a.Length);
            var text = new StringBuilder();
            foreach (var code in a) text.Append((char)Coerce.ToUInt32(e, code));
            return text.ToString();
        })
        .Add("fromCodePoint", 1, (e, _, a) =>
        {
            e.AllocateText(a.Length * 2);
            var text = new StringBuilder();
            foreach (var value in a)
            {
                var code = Coerce.ToNumber(e, value);
                if (code != Math.Floor(code) || code < 0 || code > 0x10ffff) throw JsThrow.Range("Invalid code point " + Coerce.ToText(e, value));
                if (code > 0xffff) text.Append(char.ConvertFromUtf32((int)code));
                else text.Append((char)code);
            }

            return text.ToString();
        })
        .Build(), (e, _, a) => a.Length == 0 ? "" : a[0].AsReference is JsSymbol symbol ? symbol.ToString() : Coerce.ToText(e, a[0]), (e, _, a) => a.Length == 0 ? "" : Coerce.ToText(e, a[0]), _ => false);

    public static string Text(Evaluator e, JsValue self) => self.IsNullish ? throw JsThrow.Type("String.prototype method called on null or undefined") : Coerce.ToText(e, self);

    public static string Part(Evaluator e, string text, int from, int to)
    {
        if (to <= from) return "";
        if (to - from == 1) return CharacterStrings.Of(text[from]);
        e.AllocateText(to - from);
        return text[from..to];
    }

    /// <summary>Text with what is left of broken surrogate pairs replaced.</summary>
    public static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Upper or lower case, with the letters that grow: <c>ß</c> is <c>SS</c>.</summary>
    public static string Cased(Evaluator e, JsValue self, bool upper)
    {
        var text = Copied(e, self);
        if (!upper) return text.Contains('İ') ? text.ToLowerInvariant().Replace("İ", "i̇", StringComparison.Ordinal) : text.ToLowerInvariant();
        return text.AsSpan().ContainsAny("ßŉǰﬀﬁﬂﬃﬄ") ? Grown(text).ToUpperInvariant() : text.ToUpperInvariant();
    }

    private static string Grown(string text) => text
        .Replace("ß", "SS", StringComparison.Ordinal).Replace("ŉ", "ʼN", StringComparison.Ordinal).Replace("ǰ", "J̌", StringComparison.Ordinal)
        .Replace("ﬀ", "FF", StringComparison.Ordinal).Replace("ﬁ", "FI", StringComparison.Ordinal).Replace("ﬂ", "FL", StringComparison.Ordinal)
        .Replace("ﬃ", "FFI", StringComparison.Ordinal).Replace("ﬄ", "FFL", StringComparison.Ordinal);

    private static string Copied(Evaluator e, JsValue self)
    {
        var text = Text(e, self);
        e.AllocateText(text.Length);
        e.StepText(text.Length);
        return text;
    }

    private static (string Text, int Index)? Index(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
    {
        var text = Text(e, self);
        var index = Coerce.ToInteger(e, a.At(0));
        return index >= 0 && index < text.Length ? (text, (int)index) : null;
    }

    private static JsValue NotNegative(Evaluator e, JsValue index) => index.IsUndefined ? index : Math.Max(0, Coerce.ToInteger(e, index));

    private static string Plain(Evaluator e, JsValue value) =>
        value.Kind == JsKind.RegExp ? throw JsThrow.Type("First argument must not be a regular expression") : Coerce.ToText(e, value);

    private static string Padding(Evaluator e, JsValue self, ReadOnlySpan<JsValue> a)
    {
        var missing = Coerce.ToInteger(e, a.At(0)) - Text(e, self).Length;
        var with = a.At(1).IsUndefined ? " " : Coerce.ToText(e, a[1]);
        if (missing <= 0 || with.Length == 0) return "";
        e.AllocateText((long)Math.Min(missing * 2 + with.Length, int.MaxValue));
        return new StringBuilder().Insert(0, with, (int)(missing / with.Length) + 1).ToString(0, (int)missing);
    }

    private static string Normalize(Evaluator e, string text, JsValue form)
    {
        e.AllocateText(text.Length * 3L);
        e.Step(text.Length);
        var name = form.IsUndefined ? "NFC" : Coerce.ToText(e, form);
        var chosen = name switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            "NFKD" => NormalizationForm.FormKD,
            _ => throw JsThrow.Range("The normalization form should be one of NFC, NFD, NFKC, NFKD."),
        };
        return Normalization.Apply(text, composes: chosen is NormalizationForm.FormC or NormalizationForm.FormKC);
    }
}
