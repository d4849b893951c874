using System.Globalization;
using System.Text;

namespace Sluice.Gateway.Plugins.Waf.Rules;

/// <summary>A text with <c>%{tx.score}</c> in it.</summary>
internal sealed class Macro
{
    private readonly List<(bool IsVariable, string Text)> parts = [];

    public Macro(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var start = text.IndexOf("%{", at, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf('}', start);
            if (end < 0) break;
            if (start > at) parts.Add((false, text[at..start]));
            parts.Add((true, text[(start + 2)..end]));
            at = end + 1;
        }

        if (at < text.Length || parts.Count == 0) parts.Add((false, text[at..]));
    }

    public static bool IsIn(string text) => text.Contains("%{", StringComparison.Ordinal);

    public string Expand(Transaction transaction)
    {
        if (parts is [(false, var only)]) return only;
        var text = new StringBuilder();
        foreach (var (isVariable, part) in parts) text.Append(isVariable ? transaction.Lookup(part) : part);
        return text.ToString();
    }

    /// <summary>The number that a text begins with, as C's atoi reads it; 0 when it begins with none.</summary>
    public static long Number(string text)
    {
        var span = text.AsSpan().TrimStart();
        var end = span.Length > 0 && span[0] is '-' or '+' ? 1 : 0;
        while (end < span.Length && end < 18 && char.IsAsciiDigit(span[end])) end++;
        return long.TryParse(span[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
