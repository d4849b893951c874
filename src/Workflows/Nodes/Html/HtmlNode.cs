using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>Takes values out of HTML, and makes HTML.</summary>
internal sealed partial class HtmlNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<HtmlNode, HtmlParameters>((p, s) => new(p, s))
    {
        Type = "html",
        Summary = "Takes values out of HTML by CSS selectors, and makes pages and tables.",
        Category = NodeCategory.Data,
        Aliases = [new(Type, 1, 1.2), new(OlderType, 1, 1)],
    };

    private const string Type = "n8n-nodes-base.html";
    private const string OlderType = "n8n-nodes-base.htmlExtract";

    private static readonly HtmlParser Parser = new();

    private readonly HtmlParameters _parameters;
    private readonly ItemExpression? _template;
    private readonly Dialect _dialect;

    public HtmlNode(HtmlParameters parameters, NodeSetup setup)
    {
        _parameters = setup.Definition.Type is OlderType ? parameters with { Operation = "extractHtmlContent" } : parameters;
        parameters = _parameters;
        _dialect = setup.Definition switch
        {
            { Type: OlderType } => Dialect.Older,
            { Type: Type, TypeVersion: <= 1.1 } => Dialect.Plain,
            _ => Dialect.Today,
        };
        if (parameters.Operation is "extractHtmlContent" && parameters.ExtractionValues.Values.Count == 0) setup.Report("extractionValues.values", "needs at least one value");
        if (parameters is not { Operation: "generateHtmlTemplate", Html: { IsLiteral: true, Literal: { } html } } || !html.Contains("{{", StringComparison.Ordinal)) return;
        // Here expressions need no equals sign before the text.
        var (template, problem) = ItemExpression.Compile("=" + html);
        _template = template;
        if (problem is not null) setup.Report("html", problem);
    }

    public override async ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (_parameters.Operation is "convertToHtmlTable") return NodeResult.Of(context.Items.Count == 0 ? [] : [new Item(new JsObject { ["table"] = Table(context) }) { PairedItems = Fields.AllOf(context.Items.Count) }]);
        var output = new List<Item>();
        for (var i = 0; i < context.Items.Count; i++)
        {
            try
            {
                if (_parameters.Operation is "generateHtmlTemplate") output.Add(new Item(new JsObject { ["html"] = _template is null ? _parameters.Html.Get(context, i) : ParameterValues.ToText(_template.Evaluate(context, i)) }) { PairedItems = Positions.Of(i) });
                else foreach (var page in await PagesAsync(context, i)) output.Add(new Item(Extract(context, i, page)) { PairedItems = Positions.Of(i) });
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    private async ValueTask<IReadOnlyList<string>> PagesAsync(NodeContext context, int index)
    {
        var name = _parameters.DataPropertyName.Get(context, index);
        if (_parameters.SourceData is "binary") return [await Files.TextAsync(context, index, name)];
        var value = ItemPaths.Get(context.Items[index].Json, name);
        if (value.IsUndefined) throw new NodeException($"No property named \"{name}\" exists!") { ItemIndex = index, Retryable = false };
        return value.AsArray is { } list ? [.. list.Select(ParameterValues.ToText)] : [ParameterValues.ToText(value)];
    }

    private JsObject Extract(NodeContext context, int index, string page)
    {
        using var document = Parser.ParseDocument(page);
        var json = new JsObject();
        foreach (var wanted in _parameters.ExtractionValues.Values)
        {
            var elements = Selection.Select(document, wanted.CssSelector.Get(context, index), index);
            var attribute = wanted.Attribute.Get(context, index);
            var skipped = Fields.List(wanted.SkipSelectors.Get(context, index));
            JsValue Value(IReadOnlyList<IElement> of) => Raw(of, wanted.ReturnValue, attribute, skipped) is { } text ? Clean(text) : default(JsValue);
            json.Set(wanted.Key.Get(context, index), wanted.ReturnArray ? new JsArray([.. elements.Select(e => Value([e]))]) : Value(elements));
        }

        return json;
    }

    /// <summary>What of the elements is wanted; null when they have none. A text is that of all of them, or as today of the first; the rest is always the first's.</summary>
    private string? Raw(IReadOnlyList<IElement> elements, string wanted, string attribute, IReadOnlyList<string> skipped)
    {
        if (wanted is "text" && _dialect is not Dialect.Today)
        {
            var text = string.Concat(elements.Select(Text));
            return text.Length > 0 || _dialect is Dialect.Older ? text : null;
        }

        var first = elements.Count > 0 ? elements[0] : null;
        return wanted switch
        {
            "text" => first is null ? "" : HtmlText.Of(first, e => skipped.Any(e.Matches)),
            "html" => first?.InnerHtml is { Length: > 0 } html ? html : null,
            "attribute" => first?.GetAttribute(attribute),
            _ => first switch
            {
                IHtmlSelectElement { IsMultiple: true } select => string.Join(',', select.SelectedOptions.Select(o => o.Value)),
                IHtmlSelectElement select => select.Value,
                IHtmlTextAreaElement area => area.Value,
                IHtmlOptionElement option => option.Value,
                _ => first?.GetAttribute("value"),
            },
        };
    }

    /// <summary>The text of an element and those in it; scripts and styles have none.</summary>
    private static string Text(IElement element)
    {
        if (!element.QuerySelectorAll("script, style").Any()) return element.LocalName is "script" or "style" ? "" : element.TextContent;
        return string.Concat(element.ChildNodes.Select(static n => n switch { IElement inner => Text(inner), IText text => text.Data, _ => "" }));
    }

    private string Clean(string text)
    {
        var options = _parameters.Options;
        if (options.TrimValues ?? _dialect is Dialect.Older) text = text.Trim();
        return options.CleanUpText ? WhiteSpace().Replace(text.Trim().Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), " ") : text;
    }

    private string Table(NodeContext context)
    {
        var options = _parameters.Options;
        var columns = context.Items.SelectMany(i => i.Json.Names).Distinct(StringComparer.Ordinal).ToList();
        var (table, head, cell) = options.CustomStyling ? ("", "", "")
            : ("style='border-spacing:0; font-family:helvetica,arial,sans-serif'",
                "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee; text-align:left; color:#888; font-weight:normal'",
                "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee'");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<table {table} {options.TableAttributes.Get(context, 0)}>");
        if (options.Caption.Get(context, 0) is { Length: > 0 } caption) text.Append(CultureInfo.InvariantCulture, $"<caption>{caption}</caption>");
        text.Append(CultureInfo.InvariantCulture, $"<thead {head} {options.HeaderAttributes.Get(context, 0)}><tr>");
        foreach (var column in columns) text.Append("<th>").Append(options.Capitalize ? Capitalized(column) : column).Append("</th>");
        text.Append("</tr></thead><tbody>");
        for (var i = 0; i < context.Items.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr  {options.RowAttributes.Get(context, i)}>");
            foreach (var column in columns)
            {
                var value = context.Items[i].Json[column];
                text.Append(CultureInfo.InvariantCulture, $"<td {cell} {options.CellAttributes.Get(context, i)}>");
                text.Append(value.IsBoolean ? $"<input type=\"checkbox\" {(value.IsTrue ? "checked=\"checked\"" : "")}/>" : Shown(value)).Append("</td>");
            }

            text.Append("</tr>");
        }

        return text.Append("</tbody></table>").ToString();
    }

    // As JavaScript writes values into text.
    private static string Shown(JsValue value) => value.Kind switch
    {
        JsKind.Undefined => "undefined",
        JsKind.Null => "null",
        JsKind.Object => "[object Object]",
        JsKind.Array => string.Join(',', value.AsArray!.Select(e => e.IsNullish ? "" : Shown(e))),
        _ => ParameterValues.ToText(value),
    };

    private static string Capitalized(string name) =>
        string.Join(' ', name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex WhiteSpace();

    /// <summary>How texts are taken out: as the older node did, as versions up to 1.1, or as today.</summary>
    private enum Dialect { Older, Plain, Today }
}
