using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sluice.Workflows.Nodes.Markdown;

/// <summary>Writes the content of a page as Markdown.</summary>
internal sealed class HtmlToMarkdown(string bullet)
{
    private static readonly HtmlParser Parser = new();

    public string Convert(string html)
    {
        using var document = Parser.ParseDocument(html);
        var text = new StringBuilder();
        Children(document.Body!, text, "");
        return string.Join('\n', Squeeze(text.ToString().Split('\n'))).Trim('\n');
    }

    private void Children(INode parent, StringBuilder text, string indent)
    {
        foreach (var child in parent.ChildNodes) Write(child, text, indent);
    }

    private void Write(INode node, StringBuilder text, string indent)
    {
        if (node is IText plain)
        {
            var words = string.Join(' ', plain.Data.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (plain.Data.Length > 0 && char.IsWhiteSpace(plain.Data[0]) && text.Length > 0 && !char.IsWhiteSpace(text[^1])) text.Append(' ');
            text.Append(words);
            if (words.Length > 0 && char.IsWhiteSpace(plain.Data[^1])) text.Append(' ');
            return;
        }

        if (node is not IElement element) return;
        switch (element.LocalName)
        {
            case "script" or "style" or "head" or "template": break;
            case "br": text.Append("  \n").Append(indent); break;
            case "hr": Block(text, indent, "---"); break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6": Block(text, indent, $"{new string('#', element.LocalName[1] - '0')} {Inline(element)}"); break;
            case "strong" or "b": Around(element, text, "**"); break;
            case "em" or "i": Around(element, text, "_"); break;
            case "del" or "s": Around(element, text, "~~"); break;
            case "code": text.Append('`').Append(element.TextContent).Append('`'); break;
            case "pre": Block(text, indent, $"```\n{indent}{element.TextContent.TrimEnd('\n').Replace("\n", "\n" + indent, StringComparison.Ordinal)}\n{indent}```"); break;
            case "a": text.Append('[').Append(Inline(element)).Append("](").Append(element.GetAttribute("href")).Append(')'); break;
            case "img": text.Append("![").Append(element.GetAttribute("alt")).Append("](").Append(element.GetAttribute("src")).Append(')'); break;
            case "ul" or "ol": List(element, text, indent); break;
            case "blockquote": Block(text, indent, string.Join('\n', Nested(element).Split('\n').Select(l => l.Length > 0 ? "> " + l : ">"))); break;
            case "table": Table(element, text, indent); break;
            case "p" or "div" or "section" or "article" or "header" or "footer" or "main":
                text.Append("\n\n").Append(indent);
                Children(element, text, indent);
                text.Append("\n\n").Append(indent);
                break;
            default: Children(element, text, indent); break;
        }
    }

    private static void Block(StringBuilder text, string indent, string content) => text.Append("\n\n").Append(indent).Append(content).Append("\n\n").Append(indent);

    private void Around(IElement element, StringBuilder text, string mark)
    {
        var inner = Inline(element);
        if (inner.Length > 0) text.Append(mark).Append(inner).Append(mark);
    }

    private string Inline(IElement element)
    {
        var text = new StringBuilder();
        Children(element, text, "");
        return text.ToString().Trim().Replace("\n", " ", StringComparison.Ordinal);
    }

    private string Nested(IElement element)
    {
        var text = new StringBuilder();
        Children(element, text, "");
        return string.Join('\n', Squeeze(text.ToString().Split('\n'))).Trim('\n');
    }

    private void List(IElement list, StringBuilder text, string indent)
    {
        text.Append("\n\n");
        var number = 1;
        foreach (var item in list.Children.Where(c => c.LocalName is "li"))
        {
            var mark = list.LocalName is "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : bullet + " ";
            var lines = Nested(item).Split('\n').Where((l, i) => i == 0 || l.Length > 0).ToArray();
            text.Append(indent).Append(mark).AppendJoin("\n" + indent + new string(' ', mark.Length), lines).Append('\n');
        }

        text.Append('\n').Append(indent);
    }

    private void Table(IElement table, StringBuilder text, string indent)
    {
        var rows = table.QuerySelectorAll("tr").Select(r => r.Children.Where(c => c.LocalName is "td" or "th").Select(c => Inline(c).Replace("|", "\\|", StringComparison.Ordinal)).ToArray()).ToArray();
        if (rows.Length == 0) return;
        text.Append("\n\n");
        for (var i = 0; i < rows.Length; i++)
        {
            text.Append(indent).Append("| ").AppendJoin(" | ", rows[i]).Append(" |\n");
            if (i == 0) text.Append(indent).Append("| ").AppendJoin(" | ", rows[0].Select(_ => "---")).Append(" |\n");
        }

        text.Append('\n').Append(indent);
    }

    /// <summary>Never two empty lines after one another, and no blanks at the ends of lines but the two that break one.</summary>
    private static IEnumerable<string> Squeeze(string[] lines)
    {
        var empty = true;
        foreach (var line in lines)
        {
            var blank = string.IsNullOrWhiteSpace(line);
            if (!blank || !empty) yield return blank ? "" : line.EndsWith("  ", StringComparison.Ordinal) ? line.TrimEnd() + "  " : line.TrimEnd();
            empty = blank;
        }
    }
}
