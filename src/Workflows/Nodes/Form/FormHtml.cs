using System.Collections.Frozen;
using System.Net;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sluice.Workflows.Nodes.Form;

/// <summary>HTML of forms, reduced to what shows something: named elements with named attributes, everything else as if it were not there.</summary>
internal static class FormHtml
{
    private const int MaximumDepth = 100;

    private static readonly FrozenSet<string> Elements = new[]
    {
        "a", "b", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "img", "li", "ol", "p", "pre", "source", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr", "u", "ul", "video",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Empty = new[] { "br", "img", "source" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Elements whose text is no text for people.</summary>
    private static readonly FrozenSet<string> Silent = new[] { "script", "style", "template", "title", "textarea", "noscript", "iframe", "object", "svg", "math" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = new[] { "alt", "colspan", "controls", "height", "href", "loop", "muted", "poster", "rowspan", "src", "type", "width" }.ToFrozenSet(StringComparer.Ordinal);

    public static string Clean(string html)
    {
        if (!html.AsSpan().ContainsAny('<', '&')) return html;
        var text = new StringBuilder(html.Length);
        foreach (var node in new HtmlParser().ParseDocument(html).Body!.ChildNodes) Write(text, node, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, INode node, int depth)
    {
        if (node is IText said) text.Append(WebUtility.HtmlEncode(said.Data));
        if (node is not IElement element || depth == MaximumDepth || Silent.Contains(element.LocalName)) return;
        var shown = Elements.Contains(element.LocalName);
        if (shown)
        {
            text.Append('<').Append(element.LocalName);
            foreach (var attribute in element.Attributes)
                if (Attributes.Contains(attribute.Name) && IsHarmless(attribute)) text.Append(' ').Append(attribute.Name).Append("=\"").Append(WebUtility.HtmlEncode(attribute.Value)).Append('"');
            if (element.LocalName is "a") text.Append(" target=\"_blank\" rel=\"noopener noreferrer\"");
            text.Append('>');
        }

        foreach (var child in element.ChildNodes) Write(text, child, depth + 1);
        if (shown && !Empty.Contains(element.LocalName)) text.Append("</").Append(element.LocalName).Append('>');
    }

    private static bool IsHarmless(IAttr attribute) => attribute.Name is not ("href" or "src" or "poster")
        || (Uri.TryCreate(attribute.Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "mailto");
}
