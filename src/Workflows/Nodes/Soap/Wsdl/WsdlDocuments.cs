using System.Xml;
using System.Xml.Linq;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>
/// A WSDL with all documents that it imports and includes. Whoever has it loaded gives the bytes of one location after the other: this class reads no
/// file and calls nobody.
/// </summary>
internal sealed class WsdlDocuments
{
    private const int MostDocuments = 200;
    private const int MostBytes = 32 << 20;
    private const int DeepestNesting = 100;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, IgnoreWhitespace = true, MaxCharactersInDocument = MostBytes };

    private readonly Queue<string> _wanted = new();
    private readonly List<string> _order = [];
    private readonly Dictionary<string, XElement> _roots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private int _bytes;

    /// <param name="location">The WSDL: an address, a file's full path, or empty for text that has no place of its own.</param>
    public WsdlDocuments(string location) => Want(location);

    /// <summary>The locations in the order they were met; the WSDL itself is the first.</summary>
    public IReadOnlyList<string> Locations => _order;

    /// <summary>The WSDL itself.</summary>
    public string Main => _order[0];

    public XElement this[string location] => _roots[location];

    /// <summary>The next location whose bytes are needed; null when all are there.</summary>
    public string? Next => _wanted.TryPeek(out var next) ? next : null;

    /// <summary>Gives the bytes of <see cref="Next"/>.</summary>
    /// <exception cref="WsdlException">They are no XML, too many, or import what cannot be reached.</exception>
    public void Give(ReadOnlyMemory<byte> content)
    {
        var location = _wanted.Dequeue();
        if ((_bytes += content.Length) > MostBytes) throw new WsdlException($"the WSDL with its schemas is larger than {MostBytes >> 20} MiB");
        var root = Parse(content, location);
        _roots[location] = root;
        _order.Add(location);
        foreach (var (_, _, imported) in Imports(location)) Want(imported);
    }

    /// <summary>What a document imports and includes: the attribute that says where, and where that is.</summary>
    public IEnumerable<(XElement Node, XAttribute Attribute, string Location)> Imports(string location)
    {
        foreach (var node in _roots[location].DescendantsAndSelf())
        {
            var attribute = node.Name == XmlNames.Wsdl + "import" || node.Name == XmlNames.Wsdl + "include" ? node.Attribute("location")
                : node.Name.Namespace == XmlNames.Schema && node.Name.LocalName is "import" or "include" or "redefine" ? node.Attribute("schemaLocation") : null;
            if (attribute is null || attribute.Value.Trim().Length == 0 || XmlNames.IsBuiltIn((string?)node.Attribute("namespace"))) continue;
            yield return (node, attribute, Resolve(location, attribute.Value.Trim()));
        }
    }

    private void Want(string location)
    {
        if (!_known.Add(location)) return;
        if (_known.Count > MostDocuments) throw new WsdlException($"the WSDL consists of more than {MostDocuments} documents");
        _wanted.Enqueue(location);
    }

    private static string Resolve(string from, string to)
    {
        if (Uri.TryCreate(to, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https") return absolute.AbsoluteUri;
        if (Uri.TryCreate(from, UriKind.Absolute, out var origin) && origin.Scheme is "http" or "https")
        {
            // Never from an address to a file of this machine.
            if (Uri.TryCreate(origin, to, out var resolved) && resolved.Scheme is "http" or "https") return resolved.AbsoluteUri;
            throw new WsdlException($"'{to}', which {from} imports, is no address that begins with http:// or https://");
        }

        if (from.Length == 0) throw new WsdlException($"the WSDL imports '{to}', which cannot be found from a text: give it as a file or an address, or put the schema into it");
        if (to.Contains("://", StringComparison.Ordinal) || Path.IsPathRooted(to) || to.Contains('\0', StringComparison.Ordinal)) throw new WsdlException($"'{to}', which {from} imports, must be an address, or a file seen from there");
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from) ?? "", Uri.UnescapeDataString(to.Split('#')[0]).Replace('\\', '/')));
    }

    private static XElement Parse(ReadOnlyMemory<byte> content, string location)
    {
        var name = location.Length == 0 ? "the WSDL" : location;
        try
        {
            using (var check = XmlReader.Create(new MemoryStream(content.ToArray(), writable: false), Settings))
                while (check.Read())
                    if (check.Depth > DeepestNesting) throw new WsdlException($"{name} is nested deeper than {DeepestNesting} levels");
            using var reader = XmlReader.Create(new MemoryStream(content.ToArray(), writable: false), Settings);
            return XDocument.Load(reader).Root!;
        }
        catch (XmlException e)
        {
            throw new WsdlException(e.Message.Contains("DTD", StringComparison.Ordinal) ? $"{name} has a document type declaration (<!DOCTYPE), which is refused" : $"{name} is not XML: {e.Message}", e);
        }
    }
}
