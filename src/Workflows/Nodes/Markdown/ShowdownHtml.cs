using System.Globalization;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Sluice.Workflows.Nodes.Markdown;

/// <summary>Markdown as HTML in the form of the library Showdown, which n8n uses: headings have ids, code two classes, quotations are indented.</summary>
internal static partial class ShowdownHtml
{
    public static string Of(string markdown, MarkdownPipeline pipeline, MarkdownOptions options)
    {
        if (string.IsNullOrWhiteSpace(markdown)) return "";
        var document = Markdig.Markdown.Parse(WithSpaces(markdown), pipeline);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var block in document.Descendants())
        {
            switch (block)
            {
                case HeadingBlock heading:
                    heading.Level = Math.Min(6, heading.Level + Math.Max(1, options.HeaderLevelStart) - 1);
                    if (!options.NoHeaderId) heading.GetAttributes().Id = Id(heading, options, ids);
                    break;
                case FencedCodeBlock { Info: { Length: > 0 } language } code:
                    code.GetAttributes().Classes?.Insert(0, language);
                    break;
                case ListItemBlock item when item.Descendants<TaskList>().FirstOrDefault() is { } task && task.Parent?.ParentBlock?.Parent == item:
                    item.SetAttributes(new HtmlAttributes { Classes = ["task-list-item"] });
                    item.GetAttributes().AddProperty("style", "list-style-type: none;");
                    ((ListBlock)item.Parent!).SetAttributes(new HtmlAttributes());
                    break;
                case LinkInline { IsImage: false } link when options.OpenLinksInNewWindow:
                    link.GetAttributes().AddProperty("rel", "noopener noreferrer");
                    link.GetAttributes().AddProperty("target", "_blank");
                    break;
            }
        }

        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(text);
        Setup(renderer, pipeline);
        renderer.Render(document);
        var html = text.ToString().TrimEnd('\n').Replace("</p>\n</li>", "</p></li>", StringComparison.Ordinal);
        return options.CompleteHtmlDocument ? $"<!DOCTYPE HTML>\n<html>\n<head>\n<meta charset=\"utf-8\">\n</head>\n<body>\n{html}\n</body>\n</html>" : html;
    }

    private static void Setup(HtmlRenderer renderer, MarkdownPipeline pipeline)
    {
        pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<QuoteBlockRenderer>(new Quotation(pipeline));
        renderer.ObjectRenderers.Replace<LiteralInlineRenderer>(new Literal());
        renderer.ObjectRenderers.Replace<HtmlEntityInlineRenderer>(new Entity());
        renderer.ObjectRenderers.Replace<HtmlTaskListRenderer>(new Task());
    }

    /// <summary>A heading needs no blank behind its number signs.</summary>
    private static string WithSpaces(string markdown)
    {
        if (!markdown.Contains('#', StringComparison.Ordinal)) return markdown;
        var lines = markdown.Split('\n');
        var fenced = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal)) fenced = !fenced;
            else if (!fenced) lines[i] = NumberSigns().Replace(lines[i], "$1 $2");
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex("^(#{1,6})([^#\\s])")]
    private static partial Regex NumberSigns();

    /// <summary>The letters and digits of the heading in lower case; of two that are the same the second gets <c>-1</c>.</summary>
    private static string Id(HeadingBlock heading, MarkdownOptions options, Dictionary<string, int> ids)
    {
        var title = options.PrefixHeaderId + (heading.Inline is { } inline ? Words(inline) : "");
        var id = options.GhCompatibleHeaderId
            ? new string([.. title.Replace(' ', '-').Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || c > 127)])
            : new string([.. title.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '_')]);
        id = id.ToLowerInvariant();
        var seen = ids.GetValueOrDefault(id);
        ids[id] = seen + 1;
        return seen == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}-{seen}");
    }

    /// <summary>What is written in the heading, with the addresses of links behind their words.</summary>
    private static string Words(ContainerInline inline) => string.Concat(inline.Select(static i => i switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LinkInline link => Words(link) + link.Url,
        ContainerInline other => Words(other),
        _ => "",
    }));

    /// <summary>Only ampersands are escaped.</summary>
    private sealed class Literal : HtmlObjectRenderer<LiteralInline>
    {
        protected override void Write(HtmlRenderer renderer, LiteralInline literal)
        {
            var text = literal.Content.ToString();
            if (renderer.EnableHtmlForInline) renderer.Write(text.Replace("&", "&amp;", StringComparison.Ordinal));
            else renderer.WriteEscape(text);
        }
    }

    private sealed class Entity : HtmlObjectRenderer<HtmlEntityInline>
    {
        protected override void Write(HtmlRenderer renderer, HtmlEntityInline entity) => renderer.Write(entity.Original.ToString());
    }

    private sealed class Task : HtmlObjectRenderer<TaskList>
    {
        protected override void Write(HtmlRenderer renderer, TaskList task) =>
            renderer.Write("<input type=\"checkbox\" disabled style=\"margin: 0px 0.35em 0.25em -1.6em; vertical-align: middle;\"").Write(task.Checked ? " checked>" : ">");
    }

    /// <summary>What is quoted is indented by two blanks.</summary>
    private sealed class Quotation(MarkdownPipeline pipeline) : HtmlObjectRenderer<QuoteBlock>
    {
        protected override void Write(HtmlRenderer renderer, QuoteBlock quote)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            var inner = new HtmlRenderer(text);
            Setup(inner, pipeline);
            inner.WriteChildren(quote);
            renderer.EnsureLine();
            renderer.WriteLine("<blockquote>");
            foreach (var line in text.ToString().TrimEnd('\n').Split('\n')) renderer.Write("  ").WriteLine(line);
            renderer.WriteLine("</blockquote>");
        }
    }
}
