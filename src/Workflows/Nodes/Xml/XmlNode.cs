using Sluice.Foundation.Schema;
using Sluice.Workflows.Data;
using Sluice.Workflows.Runs;

namespace Sluice.Workflows.Nodes.Xml;

/// <summary>What is converted into what.</summary>
[CamelCase]
internal sealed record XmlParameters
{
    /// <summary>The direction.</summary>
    [OneOf("jsonToxml", "xmlToJson")]
    public string Mode { get; init; } = "xmlToJson";

    /// <summary>The field of the XML.</summary>
    public Parameter<string> DataPropertyName { get; init; } = "data";

    /// <summary>How elements and attributes are named.</summary>
    public XmlOptions Options { get; init; } = new();
}

/// <summary>How elements and attributes are named.</summary>
[CamelCase]
internal sealed record XmlOptions
{
    /// <summary>The field of an element's attributes.</summary>
    [Field("attrkey")]
    public string AttributeKey { get; init; } = "$";

    /// <summary>The field of an element's text where it has attributes, too.</summary>
    [Field("charkey")]
    public string TextKey { get; init; } = "_";

    /// <summary>Whether every element is a list, also where there is one of a name.</summary>
    public bool ExplicitArray { get; init; }

    /// <summary>Whether the outermost element is a field.</summary>
    public bool ExplicitRoot { get; init; } = true;

    /// <summary>Whether attributes are left out.</summary>
    public bool IgnoreAttrs { get; init; }

    /// <summary>Whether attributes are fields of the element itself.</summary>
    public bool MergeAttrs { get; init; } = true;

    /// <summary>Whether white space in texts becomes single spaces.</summary>
    public bool Normalize { get; init; }

    /// <summary>Whether names are in lower case.</summary>
    public bool NormalizeTags { get; init; }

    /// <summary>Whether texts lose white space around them.</summary>
    public bool Trim { get; init; }

    /// <summary>The outermost element's name where the object has several fields.</summary>
    public string RootName { get; init; } = "root";

    /// <summary>Whether there is no XML declaration.</summary>
    public bool Headless { get; init; }

    /// <summary>Whether texts with special characters are CDATA.</summary>
    public bool Cdata { get; init; }

    /// <summary>Whether characters beyond the basic plane are allowed.</summary>
    [NoEffect("they always are")]
    public bool AllowSurrogateChars { get; init; }
}

/// <summary>XML to JSON, and back.</summary>
internal sealed class XmlNode(XmlParameters parameters) : ItemNode
{
    public static readonly NodeDescriptor Descriptor = new NodeDescriptor<XmlNode, XmlParameters>((p, _) => new(p))
    {
        Type = "xml",
        Summary = "XML to JSON, and back.",
        Category = NodeCategory.Data,
        Aliases = [new("n8n-nodes-base.xml")],
    };

    protected override void Execute(NodeContext context, int index, List<Item> output)
    {
        var item = context.Items[index];
        var field = parameters.DataPropertyName.Get(context, index);
        if (parameters.Mode is "jsonToxml")
        {
            var made = new JsObject();
            made.Set(field, XmlWriting.Write(item.Json, parameters.Options));
            output.Add(new Item(made) { PairedItems = Positions.Of(index) });
            return;
        }

        var value = item.Json[field];
        if (value.IsUndefined) throw new NodeException($"Item has no JSON property called \"{field}\"") { ItemIndex = index, Retryable = false };
        var json = XmlReading.Read(ParameterValues.ToText(value), parameters.Options, index);
        output.Add(new Item(json.AsObject ?? new JsObject { [parameters.Options.TextKey] = json }) { PairedItems = Positions.Of(index) });
    }
}
