using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sluice.Workflows.Nodes.Markdown;

/// <summary>Writes the content of a page as Markdown.</summary>
internal sealed partial class HtmlToMarkdown(MarkdownOptions options)
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
            text.Append(Escape(words, text));
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
            case "strong" or "b": Around(element, text, options.StrongDelimiter); break;
            case "em" or "i": Around(element, text, options.EmDelimiter); break;
            case "del" or "s": Around(element, text, "~~"); break;
            case "code": Code(element.TextContent, text); break;
            case "pre": Block(text, indent, $"```{Language(element)}\n{indent}{element.TextContent.TrimEnd('\n').Replace("\n", "\n" + indent, StringComparison.Ordinal)}\n{indent}```"); break;
            case "a": Link(element, text); break;
            case "img": text.Append("![").Append(element.GetAttribute("alt")).Append("](").Append(element.GetAttribute("src")).Append(Title(element)).Append(')'); break;
            case "ul" or "ol": List(element, text, indent); break;
            case "blockquote": Block(text, indent, string.Join('\n', Nested(element).Split('\n').Select(l => l.Length > 0 ? "> " + l : "> "))); break;
            case "table": Table(element, text, indent); break;
            case "p" or "div" or "section" or "article" or "header" or "footer" or "main":
                text.Append("\n\n").Append(indent);
                Children(element, text, indent);
                text.Append("\n\n").Append(indent);
                break;
            default: Children(element, text, indent); break;
        }
    }

    private void Link(IElement element, StringBuilder text)
    {
        var (words, address) = (Inline(element), element.GetAttribute("href"));
        if (address is null) text.Append(words);
        else if (element.GetAttribute("title") is null && string.Equals(element.TextContent, address, StringComparison.Ordinal) && Uri.IsWellFormedUriString(address, UriKind.Absolute)) text.Append('<').Append(address).Append('>');
        else text.Append('[').Append(words).Append("](").Append(address).Append(Title(element)).Append(')');
    }

    private static string Title(IElement element) => element.GetAttribute("title") is { Length: > 0 } title ? $" \"{title}\"" : "";

    private static string Language(IElement element) =>
        element.QuerySelector("code")?.ClassList.FirstOrDefault(static c => c.StartsWith("language-", StringComparison.Ordinal)) is { } named ? named["language-".Length..] : "";

    private static void Code(string code, StringBuilder text)
    {
        if (code.Contains('`', StringComparison.Ordinal)) text.Append("`` ").Append(code).Append(" ``");
        else text.Append('`').Append(code).Append('`');
    }

    /// <summary>What would mean something in Markdown is escaped.</summary>
    private static string Escape(string words, StringBuilder before)
    {
        var escaped = Marks().Replace(words, @"\$0");
        return before.Length == 0 || before[^1] is '\n' ? Starts().Replace(escaped, @"$1\$2") : escaped;
    }

    [GeneratedRegex(@"[\\`*_~\[\]]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"^(\d*)(\+\s|[=>-]|#{1,6}\s|(?<=\d)\.\s)")]
    private static partial Regex Starts();

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
            var mark = list.LocalName is "ol" ? string.Create(CultureInfo.InvariantCulture, $"{number++}. ") : options.BulletMarker + " ";
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
        // Columns are as wide as their widest cell.
        var widths = Enumerable.Range(0, rows.Max(r => r.Length)).Select(c => Math.Max(1, rows.Max(r => c < r.Length ? r[c].Length : 0))).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            text.Append(indent).Append("| ").AppendJoin(" | ", widths.Select((w, c) => (c < rows[i].Length ? rows[i][c] : "").PadRight(w))).Append(" |\n");
            if (i == 0) text.Append(indent).Append("| ").AppendJoin(" | ", widths.Select(w => new string('-', w))).Append(" |\n");
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
