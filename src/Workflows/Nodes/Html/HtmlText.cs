using System.Globalization;
using AngleSharp.Dom;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>
/// Pages as people would write them in plain text, in the form of the library html-to-text, which n8n uses: paragraphs apart, headings in capitals, lists with
/// marks, the addresses of links in brackets, lines of at most 80 characters.
/// </summary>
internal static class HtmlText
{
    private const int Width = 80;

    private const int MaximumDepth = 250;

    /// <param name="element">What is in it is written, not itself.</param>
    /// <param name="skips">Whether an element is left out.</param>
    public static string Of(IElement element, Func<IElement, bool> skips)
    {
        var block = new TextBlock(Width);
        Walk(element.ChildNodes, block, new State(skips, false, 0));
        return block.ToString();
    }

    private static void Walk(IEnumerable<INode> nodes, TextBlock block, State state)
    {
        foreach (var node in nodes)
        {
            if (node is IElement element) Element(element, block, state.Deeper());
            else if (node is IText text) block.AddInline(state.Capitals ? text.Data.ToUpperInvariant() : text.Data);
        }
    }

    private static void Element(IElement element, TextBlock block, State state)
    {
        if (state.Skips(element)) return;
        switch (element.LocalName)
        {
            case "script" or "style": break;
            case "br": block.AddLineBreak(); break;
            case "wbr": break;
            case "a": Anchor(element, block, state); break;
            case "img": Image(element, block); break;
            case "h1" or "h2" or "h3": Within(element, block, state with { Capitals = true }, 3, 2); break;
            case "h4" or "h5" or "h6": Within(element, block, state with { Capitals = true }, 2, 2); break;
            case "p" or "table": Within(element, block, state, 2, 2); break;
            case "article" or "aside" or "div" or "footer" or "form" or "header" or "main" or "nav" or "section": Within(element, block, state, 1, 1); break;
            case "pre":
                var literal = new TextBlock(block.Width) { IsLiteral = true };
                Walk(element.ChildNodes, literal, state);
                block.Add(literal.ToString(), 2, Math.Max(literal.After, 2));
                break;
            case "blockquote":
                var quote = new TextBlock(Math.Max(20, block.Width - 2));
                Walk(element.ChildNodes, quote, state);
                block.Add(string.Join('\n', quote.ToString().Trim('\n').Split('\n').Select(l => "> " + l)), Math.Max(quote.Before, 2), Math.Max(quote.After, 2));
                break;
            case "hr": block.Add(new string('-', Width), 2, 2); break;
            case "ul" or "ol": List(element, block, state); break;
            default: Walk(element.ChildNodes, block, state); break;
        }
    }

    private static void Within(IElement element, TextBlock block, State state, int before, int after)
    {
        var inner = new TextBlock(block.Width) { Before = before };
        Walk(element.ChildNodes, inner, state);
        block.Add(inner.ToString(), inner.Before, Math.Max(inner.After, after));
    }

    private static void Anchor(IElement element, TextBlock block, State state)
    {
        var address = element.GetAttribute("href") ?? "";
        if (address.StartsWith("mailto:", StringComparison.Ordinal)) address = address[7..];
        var words = block.Words;
        Walk(element.ChildNodes, block, state);
        if (address.Length > 0 && address[0] != '#') block.AddInline(block.Words == words ? address : $" [{address}]");
    }

    private static void Image(IElement element, TextBlock block)
    {
        var (text, address) = (element.GetAttribute("alt") ?? "", element.GetAttribute("src") ?? "");
        block.AddInline(address.Length == 0 ? text : text.Length == 0 ? $"[{address}]" : $"{text} [{address}]", isText: false);
    }

    private static void List(IElement element, TextBlock block, State state)
    {
        var nested = element.ParentElement?.LocalName is "li";
        var number = int.TryParse(element.GetAttribute("start"), CultureInfo.InvariantCulture, out var start) ? start : 1;
        var items = new List<(INode Node, string Mark)>();
        foreach (var child in element.ChildNodes)
        {
            if (child is IText text && string.IsNullOrWhiteSpace(text.Data)) continue;
            if (child is not (IText or IElement)) continue;
            var mark = child is not IElement { LocalName: "li" } ? "" : element.LocalName is "ul" ? " * " : string.Create(CultureInfo.InvariantCulture, $" {number++}. ");
            items.Add((child, nested ? mark.TrimStart() : mark));
        }

        if (items.Count == 0) return;
        var indent = items.Max(i => i.Mark.Length);
        var list = new TextBlock(block.Width) { Before = nested ? 1 : 2 };
        foreach (var (node, mark) in items)
        {
            var item = new TextBlock(Math.Max(20, block.Width - indent)) { Before = 1 };
            Walk([node], item, state);
            list.Add(mark.PadRight(indent) + item.ToString().Replace("\n", "\n" + new string(' ', indent), StringComparison.Ordinal), item.Before, Math.Max(item.After, 1));
        }

        var lines = list.ToString();
        if (lines.Length > 0) block.Add(lines, list.Before, nested ? 1 : 2);
    }

    /// <summary>What holds for a part of the page.</summary>
    private sealed record State(Func<IElement, bool> Skips, bool Capitals, int Depth)
    {
        public State Deeper() => Depth < MaximumDepth ? this with { Depth = Depth + 1 } : throw new NodeException($"the page is nested deeper than {MaximumDepth} elements") { Retryable = false };
    }
}
