using System.Globalization;
using System.Net;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Sluice.Workflows.Data;
using Sluice.Workflows.Definitions;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Html;

/// <summary>Takes values out of HTML, and makes HTML.</summary>
internal sealed class HtmlNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<HtmlNode, HtmlParameters>((p, s) => new(p, s))
    {
        Type = "html",
        Summary = "Takes values out of HTML by CSS selectors, and makes pages and tables.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.html", 1, 1.2), new("n8n-nodes-base.htmlExtract")],
        Upgrade = static (old, _) => old["operation"] is null && old["extractionValues"] is not null ? old.With([], DocumentData.Entry("operation", DocumentData.Text(old.Place, "extractHtmlContent"))) : old,
        Difference = "what stands in table cells is escaped; the text of elements is the browser's, without marks for links and lists",
        Differs = static (p, _) => p.Text("operation") is not "generateHtmlTemplate",
    };

    private static readonly HtmlParser Parser = new();

    private readonly HtmlParameters _parameters;
    private readonly ItemExpression? _template;

    public HtmlNode(HtmlParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;
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
            var elements = Select(document, wanted.CssSelector.Get(context, index), index);
            var skipped = wanted.SkipSelectors.Get(context, index);
            JsValue Value(IElement element) => ValueOf(element, wanted, wanted.Attribute.Get(context, index), skipped);
            json.Set(wanted.Key.Get(context, index), wanted.ReturnArray ? new JsArray([.. elements.Select(Value)])
                : wanted.ReturnValue is "text" ? Clean(string.Concat(elements.Select(e => TextOf(e, skipped))))
                : elements.Length > 0 ? Value(elements[0]) : wanted.ReturnValue is "html" ? JsValue.Null : default);
        }

        return json;
    }

    private static IElement[] Select(IHtmlDocument document, string selector, int index)
    {
        try
        {
            return [.. document.QuerySelectorAll(selector)];
        }
        catch (DomException e)
        {
            throw new NodeException($"'{selector}' is no CSS selector", e) { ItemIndex = index, Retryable = false };
        }
    }

    private JsValue ValueOf(IElement element, ExtractionValue wanted, string attribute, string skipped) => wanted.ReturnValue switch
    {
        "attribute" => element.GetAttribute(attribute) is { } value ? Clean(value) : default(JsValue),
        "html" => Clean(element.InnerHtml),
        "value" => element switch
        {
            IHtmlInputElement input => input.Value,
            IHtmlSelectElement select => select.Value,
            IHtmlTextAreaElement area => area.Value,
            _ => default(JsValue),
        },
        _ => Clean(TextOf(element, skipped)),
    };

    private static string TextOf(IElement element, string skipped)
    {
        if (skipped.Length == 0) return element.TextContent;
        var copy = (IElement)element.Clone();
        foreach (var selector in Fields.List(skipped))
            foreach (var left in copy.QuerySelectorAll(selector).ToArray()) left.Remove();
        return copy.TextContent;
    }

    private string Clean(string text)
    {
        if (_parameters.Options.CleanUpText) text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is var single && !_parameters.Options.TrimValues ? Around(text, single) : single;
        return _parameters.Options.TrimValues ? text.Trim() : text;
    }

    private static string Around(string text, string single) => (text.Length > 0 && char.IsWhiteSpace(text[0]) ? " " : "") + single + (text.Length > 0 && char.IsWhiteSpace(text[^1]) ? " " : "");

    private string Table(NodeContext context)
    {
        var options = _parameters.Options;
        var columns = context.Items.SelectMany(i => i.Json.Names).Distinct(StringComparer.Ordinal).ToList();
        var (table, head, cell) = options.CustomStyling ? ("", "", "")
            : ("style='border-spacing:0; font-family:helvetica,arial,sans-serif'",
                "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee; text-align:left; color:#888; font-weight:normal'",
                "style='margin:0; padding:7px 20px 7px 0px; border-bottom:1px solid #eee'");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<table {table} {options.TableAttributes.Get(context, 0)}>");
        if (options.Caption.Get(context, 0) is { Length: > 0 } caption) text.Append(CultureInfo.InvariantCulture, $"<caption>{WebUtility.HtmlEncode(caption)}</caption>");
        text.Append(CultureInfo.InvariantCulture, $"<thead {head} {options.HeaderAttributes.Get(context, 0)}><tr>");
        foreach (var column in columns) text.Append("<th>").Append(WebUtility.HtmlEncode(options.Capitalize ? Capitalized(column) : column)).Append("</th>");
        text.Append("</tr></thead><tbody>");
        for (var i = 0; i < context.Items.Count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<tr  {options.RowAttributes.Get(context, i)}>");
            foreach (var column in columns)
            {
                var value = context.Items[i].Json[column];
                text.Append(CultureInfo.InvariantCulture, $"<td {cell} {options.CellAttributes.Get(context, i)}>");
                text.Append(value.IsBoolean ? $"<input type=\"checkbox\" {(value.IsTrue ? "checked=\"checked\"" : "")}/>" : WebUtility.HtmlEncode(ParameterValues.ToText(value))).Append("</td>");
            }

            text.Append("</tr>");
        }

        return text.Append("</tbody></table>").ToString();
    }

    private static string Capitalized(string name) =>
        string.Join(' ', name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
