using System.Globalization;
using System.Text;
using Sluice.Workflows.Expressions.Evaluation;
using Sluice.Workflows.Expressions.Library;

namespace Sluice.Workflows.Expressions.Extensions;

/// <summary>Letters of other scripts in ASCII: without their accents, or as they sound.</summary>
internal static class Transliteration
{
    private static readonly Dictionary<char, string> Table = Build();

    /// <summary>What has no equivalent becomes a question mark.</summary>
    public static string ToAscii(Evaluator e, string text)
    {
        e.AllocateText(text.Length * 3L);
        e.Step(1 + text.Length);
        var result = new StringBuilder(text.Length);
        foreach (var rune in StringLibrary.WellFormed(text).EnumerateRunes())
        {
            if (rune.IsAscii) result.Append((char)rune.Value);
            else if (rune.IsBmp && Table.TryGetValue((char)rune.Value, out var known)) result.Append(known);
            else result.Append(WithoutMarks(rune));
        }

        return result.ToString();
    }

    private static string WithoutMarks(Rune rune)
    {
        var plain = new StringBuilder();
        foreach (var c in Normalization.Apply(rune.ToString(), composes: false))
        {
            if (char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            if (c < 128) plain.Append(c);
            else plain.Append(Table.TryGetValue(c, out var known) ? known : "?");
        }

        return plain.Length == 0 ? "" : plain.ToString();
    }

    private static Dictionary<char, string> Build()
    {
        var table = new Dictionary<char, string>();
        Add("ßæÆœŒøØđĐðÐłŁþÞıħĦŋŊ", "ss ae AE oe OE o O d D d D l L th Th i h H ng NG");
        Add("–—‘’“”«»…€£¥©®°×÷·•", "- -- ' ' \" \" << >> ... EUR PS Y= (c) (r) deg x / * *");
        Add("абвгдежзийклмнопрстуфхцчшщъыьэюя", "a b v g d e zh z i i k l m n o p r s t u f h ts ch sh shch ' y ' e iu ia");
        Add("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "A B V G D E Zh Z I I K L M N O P R S T U F H Ts Ch Sh Shch ' Y ' E Iu Ia");
        Add("ёЁіІїЇєЄґҐ", "io Io i I yi Yi ie Ie g G");
        Add("αβγδεζηθικλμνξοπρσςτυφχψω", "a b g d e z i th i k l m n x o p r s s t u ph ch ps o");
        Add("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "A B G D E Z I Th I K L M N X O P R S T U Ph Ch Ps O");
        table['\u00a0'] = " ";
        return table;

        void Add(string letters, string sounds)
        {
            var all = sounds.Split(' ');
            for (var i = 0; i < letters.Length; i++) table[letters[i]] = all[i];
        }
    }
}
