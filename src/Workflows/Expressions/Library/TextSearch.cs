using Sluice.Workflows.Expressions.Evaluation;

namespace Sluice.Workflows.Expressions.Library;

/// <summary>Finds text in text in time that grows with the sum of both, whatever they are.</summary>
internal static class TextSearch
{
    /// <summary>Up to this product of lengths the runtime's search is quick enough at its worst.</summary>
    private const long PlainLimit = 1 << 20;

    public static int IndexOf(Evaluator e, string text, string wanted, int from)
    {
        if (from > text.Length) return -1;
        e.StepText(text.Length - from);
        if ((long)wanted.Length * (text.Length - from) <= PlainLimit || wanted.Length < 3) return text.IndexOf(wanted, from, StringComparison.Ordinal);
        return Search(e, text, wanted, from);
    }

    public static int LastIndexOf(Evaluator e, string text, string wanted, int from)
    {
        var last = -1;
        if (wanted.Length == 0) return Math.Min(from, text.Length);
        if ((long)wanted.Length * text.Length <= PlainLimit)
        {
            e.StepText(text.Length);
            from = Math.Min(from, text.Length - wanted.Length);
            return from < 0 ? -1 : text.LastIndexOf(wanted, from + wanted.Length - 1, StringComparison.Ordinal);
        }

        for (var at = IndexOf(e, text, wanted, 0); at >= 0 && at <= from; at = IndexOf(e, text, wanted, at + 1))
        {
            e.Step(wanted.Length / 16);
            last = at;
        }

        return last;
    }

    /// <summary>Knuth, Morris and Pratt.</summary>
    private static int Search(Evaluator e, string text, string wanted, int from)
    {
        e.Allocate(wanted.Length * 4L);
        e.Step(wanted.Length + (text.Length - from) / 4);
        var back = new int[wanted.Length];
        for (int i = 1, matched = 0; i < wanted.Length; i++)
        {
            while (matched > 0 && wanted[i] != wanted[matched]) matched = back[matched - 1];
            if (wanted[i] == wanted[matched]) matched++;
            back[i] = matched;
        }

        for (int i = from, matched = 0; i < text.Length; i++)
        {
            while (matched > 0 && text[i] != wanted[matched]) matched = back[matched - 1];
            if (text[i] == wanted[matched]) matched++;
            if (matched == wanted.Length) return i - matched + 1;
        }

        return -1;
    }
}
