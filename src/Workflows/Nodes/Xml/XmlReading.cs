using System.Text;
using System.Xml;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Xml;

/// <summary>XML as objects: elements are fields, of several with one name a list; nothing outside the text is ever read.</summary>
internal static class XmlReading
{
    private const int MaximumDepth = 200;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = 64 << 20 };

    public static JsValue Read(string xml, XmlOptions options, int index)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml.TrimStart()), Settings);
            reader.MoveToContent();
            var name = NameOf(reader.Name, options);
            var value = Element(reader, options, 0);
            // What follows the outermost element must be well-formed, too.
            while (reader.Read())
            {
            }

            if (!options.ExplicitRoot) return value;
            var root = new JsObject();
            root.Set(name, value);
            return root;
        }
        catch (XmlException e) when (xml.Contains("<!DOCTYPE", StringComparison.Ordinal))
        {
            throw new NodeException("the XML cannot be read: it has a document type declaration (<!DOCTYPE)", e) { ItemIndex = index, Retryable = false };
        }
        catch (XmlException e)
        {
            throw new NodeException($"the XML cannot be read: {e.Message}", e) { ItemIndex = index, Retryable = false };
        }
    }

    /// <summary>The element that the reader stands on; leaves it on its end.</summary>
    private static JsValue Element(XmlReader reader, XmlOptions options, int depth)
    {
        if (depth > MaximumDepth) throw new XmlException($"nested deeper than {MaximumDepth} levels");
        var element = new JsObject();
        if (!options.IgnoreAttrs && reader.HasAttributes) Attributes(reader, element, options);
        var text = new StringBuilder();
        if (!reader.IsEmptyElement)
        {
            while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    var name = NameOf(reader.Name, options);
                    Add(element, name, Element(reader, options, depth + 1), options.ExplicitArray);
                }
                else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                {
                    text.Append(reader.Value);
                }
            }
        }

        var content = text.ToString();
        if (string.IsNullOrWhiteSpace(content)) return element.Count == 0 ? "" : element;
        if (options.Normalize) content = string.Join(' ', content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        else if (options.Trim) content = content.Trim();
        if (element.Count == 0) return content;
        element.Set(options.TextKey, content);
        return element;
    }

    private static void Attributes(XmlReader reader, JsObject element, XmlOptions options)
    {
        var target = options.MergeAttrs ? element : new JsObject();
        while (reader.MoveToNextAttribute())
        {
            if (options.MergeAttrs) Add(element, reader.Name, reader.Value, options.ExplicitArray);
            else target.Set(reader.Name, reader.Value);
        }

        reader.MoveToElement();
        if (!options.MergeAttrs) element.Set(options.AttributeKey, target);
    }

    private static void Add(JsObject element, string name, JsValue value, bool always)
    {
        if (!element.TryGet(name, out var there)) element.Set(name, always ? new JsArray([value]) : value);
        else if (there.AsArray is { } list) list.Add(value);
        else element.Set(name, new JsArray([there, value]));
    }

    private static string NameOf(string name, XmlOptions options) => options.NormalizeTags ? name.ToLowerInvariant() : name;
}
