using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>Elements as CSS selects them, with jQuery's additions that go by position: <c>:first</c>, <c>:last</c>, <c>:eq(1)</c>, <c>:gt(1)</c>, <c>:lt(2)</c>, <c>:even</c>, <c>:odd</c>.</summary>
internal static partial class Selection
{
    /// <exception cref="NodeException">The selector is none.</exception>
    public static IReadOnlyList<IElement> Select(IHtmlDocument document, string selector, int index)
    {
        if (selector.Length == 0) return [];
        try
        {
            return Position().IsMatch(selector) ? Positional(document, selector) : [.. document.QuerySelectorAll(selector)];
        }
        catch (DomException e)
        {
            throw new NodeException($"'{selector}' is no CSS selector", e) { ItemIndex = index, Retryable = false };
        }
    }

    private static List<IElement> Positional(IParentNode root, string selector)
    {
        var match = Position().Match(selector);
        if (!match.Success) return [.. root.QuerySelectorAll(selector.Trim().Length == 0 ? "*" : selector)];
        var before = selector[..match.Index].TrimEnd();
        if (before.Length == 0 || before[^1] is '>' or '+' or '~') before += "*";
        var chosen = Choose([.. root.QuerySelectorAll(before.StartsWith('>') ? ":scope " + before : before)], match.Groups["kind"].Value, match.Groups["number"].Value);
        var rest = selector[(match.Index + match.Length)..];
        if (rest.Length == 0) return chosen;
        if (rest[0] is not (' ' or '>' or '+' or '~'))
        {
            // A further condition on the same element, for instance :first.a
            var end = rest.AsSpan().IndexOfAny(" >+~") is var at and >= 0 ? at : rest.Length;
            chosen = [.. chosen.Where(e => e.Matches("*" + rest[..end]))];
            rest = rest[end..];
            if (rest.Length == 0) return chosen;
        }

        return [.. chosen.SelectMany(e => Positional(e, ":scope " + rest.TrimStart())).Distinct()];
    }

    private static List<IElement> Choose(List<IElement> found, string kind, string number)
    {
        var n = int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        if (n < 0) n += found.Count;
        return kind switch
        {
            "first" => [.. found.Take(1)],
            "last" => [.. found.TakeLast(1)],
            "eq" => n >= 0 && n < found.Count ? [found[n]] : [],
            "gt" => [.. found.Skip(n + 1)],
            "lt" => [.. found.Take(n)],
            "even" => [.. found.Where((_, i) => i % 2 == 0)],
            _ => [.. found.Where((_, i) => i % 2 == 1)],
        };
    }

    [GeneratedRegex(@":(?<kind>first|last|even|odd)(?![-\w(])|:(?<kind>eq|gt|lt)\(\s*(?<number>-?\d+)\s*\)", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Position();
}
