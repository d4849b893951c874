using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Pdf;

/// <summary>Makes one PDF file of all items.</summary>
internal sealed class PdfNode(PdfParameters parameters) : Node
{
    private const int MostPages = 5000;

    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<PdfNode, PdfParameters>((p, _) => new(p))
    {
        Type = "pdf",
        Summary = "Makes a PDF file: a title, text, and the items as a table.",
        Category = NodeCategory.Data,
    };

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        var size = parameters.PageSize switch { "A5" => (Width: 420.0, Height: 595.0), "letter" => (612, 792), _ => (595, 842) };
        if (parameters.Orientation == "landscape") size = (size.Height, size.Width);
        var title = parameters.Title.Get(context, 0);
        var layout = new PdfLayout(size.Width, size.Height, parameters.FontSize, MostPages, context.Cancellation);
        layout.Title(title);
        layout.Paragraphs(parameters.Text.Get(context, 0));
        if (parameters.Table && context.Items.Count > 0)
        {
            var columns = parameters.Columns.Count > 0
                ? parameters.Columns
                : [.. context.Items.SelectMany(i => i.Json.Names).Distinct(StringComparer.Ordinal).Select(n => new PdfColumn { Field = n })];
            if (columns.Count > 0)
                layout.Table(
                    [.. columns.Select(c => c.Heading ?? c.Field)],
                    [.. columns.Select(c => c.Align is null ? context.Items.All(i => ItemPaths.Get(i.Json, c.Field) is { IsNumber: true } or { IsNullish: true }) : c.Align == "right")],
                    [.. context.Items.Select(i => columns.Select(c => TextOf(ItemPaths.Get(i.Json, c.Field))).ToArray())]);
        }

        var file = Files.Make(layout.Finish(title, parameters.Footer.Get(context, 0)), "application/pdf", parameters.FileName.Get(context, 0));
        return NodeResult.Of([new Item(new JsObject()) { Binary = Files.With(null, parameters.BinaryPropertyName.Get(context, 0), file), PairedItems = Fields.AllOf(context.Items.Count) }]);
    }

    private static string TextOf(JsValue value) => value.IsNullish ? "" : ParameterValues.ToText(value);
}
