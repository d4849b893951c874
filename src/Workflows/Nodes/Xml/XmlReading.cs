using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Xml;

/// <summary>XML as objects: elements are fields, of several with one name a list; nothing outside the text is ever read, a document type is skipped.</summary>
internal static partial class XmlReading
{
    private const int MaximumDepth = 200;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = 64 << 20 };

    public static JsValue Read(string xml, XmlOptions options, int index)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(Resolved(xml.TrimStart())), Settings);
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
        var isLiteral = false;
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
                    isLiteral |= reader.NodeType == XmlNodeType.CDATA;
                }
            }
        }

        var content = text.ToString();
        if (string.IsNullOrWhiteSpace(content) && !isLiteral) return element.Count == 0 ? content : element;
        if (options.Normalize) content = string.Join(' ', content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        else if (options.Trim) content = content.Trim();
        if (element.Count == 0) return content;
        // The text comes first, as in what n8n gives.
        var whole = new JsObject(element.Count + 1) { [options.TextKey] = content };
        foreach (var (name, value) in element) whole.Set(name, value);
        return whole;
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

    /// <summary>The entities of HTML, which feeds use without declaring them, as characters; those of XML stay, and so does what is CDATA.</summary>
    private static string Resolved(string xml) => Entity().Replace(xml, static match => match.Groups["name"].Value switch
    {
        "" or "amp" or "lt" or "gt" or "quot" or "apos" => match.Value,
        _ when WebUtility.HtmlDecode(match.Value) is var text && text != match.Value => text,
        _ => match.Value,
    });

    [GeneratedRegex(@"<!\[CDATA\[.*?\]\]>|&(?<name>[A-Za-z][A-Za-z0-9]*);", RegexOptions.Singleline, 2000)]
    private static partial Regex Entity();
}
