using System.Globalization;
using System.Text;
using Sluice.Workflows.Data;
using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>
/// The order of words that <c>localeCompare</c> promises, without locale data: blanks and signs first, then digits, then letters; letters without their accents
/// decide first, then the accents, then the case, small letters first.
/// </summary>
internal static class TextOrder
{
    public static int Compare(Evaluator e, string left, string right, JsValue options)
    {
        e.Step(1 + (left.Length + right.Length) / 2);
        e.AllocateText((left.Length + right.Length) * 2L);
        var sensitivity = options.AsObject?["sensitivity"].AsString ?? "variant";
        var numeric = options.AsObject?["numeric"].IsTrue == true;
        string a = Base(left), b = Base(right);
        var order = ByCharacter(a, b, numeric);
        if (order != 0 || sensitivity == "base") return order;
        if (sensitivity is "accent" or "variant") order = Math.Sign(string.CompareOrdinal(Folded(left), Folded(right)));
        if (order != 0 || sensitivity == "accent") return order;
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] == right[i]) continue;
            if (char.IsLower(left[i]) && char.IsUpper(right[i])) return -1;
            if (char.IsUpper(left[i]) && char.IsLower(right[i])) return 1;
        }

        return Math.Sign(left.Length - right.Length);
    }

    private static int ByCharacter(string a, string b, bool numeric)
    {
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (numeric && char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                ReadOnlySpan<char> x = Digits(a, ref i), y = Digits(b, ref j);
                var order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
                if (order != 0) return Math.Sign(order);
                continue;
            }

            var byRank = Rank(a[i]).CompareTo(Rank(b[j]));
            if (byRank == 0) byRank = a[i].CompareTo(b[j]);
            if (byRank != 0) return Math.Sign(byRank);
            (i, j) = (i + 1, j + 1);
        }

        return Math.Sign((a.Length - i) - (b.Length - j));
    }

    private static ReadOnlySpan<char> Digits(string text, ref int at)
    {
        while (at < text.Length - 1 && text[at] == '0' && char.IsAsciiDigit(text[at + 1])) at++;
        var from = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text.AsSpan(from, at - from);
    }

    private static int Rank(char c) => char.IsWhiteSpace(c) ? 0 : c is '_' ? 1 : c is '-' ? 2 : char.IsPunctuation(c) ? 3 : char.IsSymbol(c) ? 4 : char.IsDigit(c) ? 5 : 6;

    private static string Base(string text)
    {
        var result = new StringBuilder();
        foreach (var c in Normalization.Apply(text, composes: false))
            if (char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark) result.Append(char.ToLowerInvariant(c));
        return result.ToString();
    }

    private static string Folded(string text) => Normalization.Apply(text, composes: false).ToLowerInvariant();
}
