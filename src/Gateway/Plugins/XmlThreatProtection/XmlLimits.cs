using System.Text;
using System.Xml;

namespace Sluice.Gateway.Plugins.XmlThreatProtection;

/// <summary>
/// Holds a document against limits while it is read node by node. Nothing outside it is ever fetched; what entities stand for is counted while they are
/// filled in and never kept.
/// </summary>
internal sealed class XmlLimits(XmlThreatProtectionConfig config)
{
    /// <summary>The most that entities may stand for, whatever the configuration says.</summary>
    private const long MaxFromEntities = 64 * 1024 * 1024;

    /// <summary>What is wrong first; null when nothing is.</summary>
    public string? Check(byte[] document)
    {
        try
        {
            using var reader = Open(document);
            return new Walk(reader, config).Run();
        }
        catch (XmlException e)
        {
            return $"line {e.LineNumber}, column {e.LinePosition}: {Reason(e)}";
        }
        catch (Exception e) when (e is DecoderFallbackException or NotSupportedException or ArgumentException)
        {
            return "the document is not in the encoding that it claims";
        }
    }

    private XmlReader Open(byte[] document)
    {
        var stream = new MemoryStream(document, writable: false);
        if (!config.NamespaceAware) return new XmlTextReader(stream) { Namespaces = false, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        var fromEntities = Math.Min(MaxFromEntities, Math.Max(config.BlaThreshold, (long)(document.Length * Math.Min(config.BlaMaxAmplification, MaxFromEntities))));
        return XmlReader.Create(stream, new XmlReaderSettings
        {
            DtdProcessing = config.AllowDtd ? DtdProcessing.Parse : DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersFromEntities = fromEntities,
            MaxCharactersInDocument = document.Length + fromEntities,
        });
    }

    // The framework's messages name its own settings.
    private static string Reason(XmlException e) =>
        e.Message.Contains("DTD is prohibited", StringComparison.Ordinal) ? "a document type declaration is not allowed"
        : e.Message.Contains("MaxCharactersFromEntities", StringComparison.Ordinal) || e.Message.Contains("MaxCharactersInDocument", StringComparison.Ordinal) ? "its entities stand for too much"
        : "the document is not well-formed";

    private sealed class Walk(XmlReader reader, XmlThreatProtectionConfig config)
    {
        private readonly List<int> children = [0];
        private readonly char[] piece = new char[1024];
        private long text;

        public string? Run()
        {
            while (reader.Read())
            {
                if (Node() is { } problem) return reader is IXmlLineInfo place && place.HasLineInfo() ? $"line {place.LineNumber}, column {place.LinePosition}: {problem}" : problem;
            }

            return null;
        }

        private string? Node()
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    return Text();
                case XmlNodeType.Element:
                    return Child() ?? Element();
                case XmlNodeType.EndElement:
                    text = 0;
                    children.RemoveAt(children.Count - 1);
                    return null;
                case XmlNodeType.Comment:
                    return Child() ?? (Size(reader.Value) > config.Comment ? "a comment is too long" : null);
                case XmlNodeType.ProcessingInstruction:
                    return Child()
                        ?? (Size(reader.Name) > config.Pitarget ? "the target of a processing instruction is too long" : null)
                        ?? (Size(reader.Value) > config.Pidata ? "a processing instruction is too long" : null);
                case XmlNodeType.DocumentType:
                    return EntityDeclarations.Check(reader.Value, config);
                default:
                    return null;
            }
        }

        /// <summary>Adjacent texts are one child, and counted piece by piece: an entity may stand for more than fits.</summary>
        private string? Text()
        {
            if (text == 0 && CountChild() is { } problem) return problem;
            if (reader.CanReadValueChunk)
            {
                for (int read; (read = reader.ReadValueChunk(piece, 0, piece.Length)) > 0;)
                {
                    text += Encoding.UTF8.GetByteCount(piece.AsSpan(0, read));
                    if (text > config.Text) return "a text is too long";
                }
            }
            else
            {
                text += Size(reader.Value);
            }

            return text > config.Text ? "a text is too long" : null;
        }

        private string? Child()
        {
            text = 0;
            return CountChild();
        }

        private string? CountChild()
        {
            var count = ++children[^1];
            return count > config.MaxChildren && children.Count > 1 ? "an element has too many children" : null;
        }

        private string? Element()
        {
            if (children.Count > config.MaxDepth) return "elements are nested too deeply";
            var size = Size(reader.Name);
            if (Name() is { } problem) return problem;
            if (reader.AttributeCount > config.MaxAttributes + (config.NamespaceAware ? config.MaxNamespaces : 0)) return "an element has too many attributes";
            var (attributes, namespaces) = (0, 0);
            while (reader.MoveToNextAttribute())
            {
                size += Size(reader.Name) + Size(reader.Value);
                if (size > config.Buffer) return "a start tag is too long";
                problem = Attribute(ref attributes, ref namespaces);
                if (problem is not null) return problem;
            }

            reader.MoveToElement();
            if (!reader.IsEmptyElement) children.Add(0);
            return null;
        }

        private string? Attribute(ref int attributes, ref int namespaces)
        {
            var declares = config.NamespaceAware && (reader.Name == "xmlns" || reader.Prefix == "xmlns");
            if (declares && ++namespaces > config.MaxNamespaces) return "an element declares too many namespaces";
            if (!declares && ++attributes > config.MaxAttributes) return "an element has too many attributes";
            if (declares) return Size(reader.Value) > config.Namespaceuri ? "the URI of a namespace is too long" : Name();
            return Name() ?? (Size(reader.Value) > config.Attribute ? "an attribute is too long" : null);
        }

        private string? Name()
        {
            if (Size(reader.LocalName) > config.Localname) return "a name is too long";
            return config.NamespaceAware && Size(reader.Prefix) > config.Prefix ? "a prefix is too long" : null;
        }

        private static int Size(string text) => Encoding.UTF8.GetByteCount(text);
    }
}
