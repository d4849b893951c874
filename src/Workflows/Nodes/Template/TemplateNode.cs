using System.Text;
using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Template;

/// <summary>A text with expressions in it, and where the result goes.</summary>
[CamelCase]
internal sealed record TemplateParameters
{
    /// <summary>The text; what stands between <c>{{</c> and <c>}}</c> is an expression.</summary>
    [Required]
    public string Template { get; init; } = "";

    /// <summary>Whether there is one text for each item, or one for all of them.</summary>
    [OneOf("each", "once")]
    public string Mode { get; init; } = "each";

    /// <summary>Whether the result is a field of the item or a file.</summary>
    [OneOf("field", "file")]
    public string Output { get; init; } = "field";

    /// <summary>The field, or the field of the file.</summary>
    public string DestinationField { get; init; } = "text";

    /// <summary>The file's name.</summary>
    public Parameter<string> FileName { get; init; } = "text.txt";

    /// <summary>The file's media type.</summary>
    public Parameter<string> MimeType { get; init; } = "text/plain";

    /// <summary>Whether the item's own fields are kept beside the result.</summary>
    public bool KeepFields { get; init; } = true;
}

/// <summary>Fills in a text.</summary>
internal sealed class TemplateNode : Node
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<TemplateNode, TemplateParameters>((p, s) => new(p, s))
    {
        Type = "template",
        Summary = "Fills in a text with expressions, for each item or once for all.",
        Category = NodeCategory.Data,
    };

    private readonly TemplateParameters _parameters;
    private readonly ItemExpression? _text;

    public TemplateNode(TemplateParameters parameters, NodeSetup setup)
    {
        _parameters = parameters;

        // The text is a template with or without the sign that makes one of other parameters.
        var (expression, problem) = ItemExpression.Compile(parameters.Template.StartsWith('=') ? parameters.Template : "=" + parameters.Template);
        _text = expression;
        if (problem is not null) setup.Report("template", problem);
    }

    public override ValueTask<NodeResult> ExecuteAsync(NodeContext context)
    {
        if (_parameters.Mode is "once")
        {
            var all = Item(context, 0, new JsObject());
            return NodeResult.Of([new Item(all.Json) { Binary = all.Binary, PairedItems = Fields.AllOf(context.Items.Count) }]);
        }

        var output = new List<Item>(context.Items.Count);
        for (var i = 0; i < context.Items.Count; i++)
        {
            try
            {
                output.Add(Item(context, i, _parameters.KeepFields ? context.Items[i].Json.Clone() : new JsObject()));
            }
            catch (NodeException e) when (context.ContinueOnFail)
            {
                output.Add(context.Failed(i, e));
            }
        }

        return NodeResult.Of(output);
    }

    private Item Item(NodeContext context, int index, JsObject json)
    {
        var text = ParameterValues.ToText(_text!.Evaluate(context, index));
        var given = _parameters.Mode is "each" && _parameters.KeepFields ? context.Items[index].Binary : null;
        if (_parameters.Output is "field")
        {
            json.Set(_parameters.DestinationField, text);
            return new Item(json) { Binary = given, PairedItems = [new PairedItem(index)] };
        }

        var content = Encoding.UTF8.GetBytes(text);
        var name = _parameters.FileName.Get(context, index);
        var file = new BinaryData
        {
            Content = content,
            Size = content.Length,
            MimeType = _parameters.MimeType.Get(context, index),
            FileName = name,
            FileExtension = Path.GetExtension(name) is { Length: > 1 } extension ? extension[1..] : null,
        };
        return new Item(json) { Binary = new Dictionary<string, BinaryData>(given ?? new Dictionary<string, BinaryData>(), StringComparer.Ordinal) { [_parameters.DestinationField] = file }, PairedItems = [new PairedItem(index)] };
    }
}
