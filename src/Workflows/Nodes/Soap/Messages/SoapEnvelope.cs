using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Soap.Schemas;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>Envelopes of SOAP 1.1 and 1.2.</summary>
internal static class SoapEnvelope
{
    private const int MostCharacters = 64 << 20;

    private static readonly XmlReaderSettings Hardened = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, MaxCharactersInDocument = MostCharacters };

    public static XNamespace NamespaceOf(SoapVersion version) => version == SoapVersion.Soap11 ? XmlNames.Soap11 : XmlNames.Soap12;

    /// <summary>The envelope of a call.</summary>
    /// <param name="headers">Header elements by name: those that the WSDL declares in their types, others as any data.</param>
    /// <exception cref="NodeException">The data are not what the schema asks for; the message has the path.</exception>
    public static byte[] Write(WsdlOperation operation, SoapVersion version, JsValue body, JsValue headers, UsernameToken? token)
    {
        var text = new StringBuilder(512);
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, CheckCharacters = true }))
        {
            var ns = NamespaceOf(version).NamespaceName;
            writer.WriteStartElement("soap", "Envelope", ns);
            var json = new JsonToXml(writer, text);
            if (headers.AsObject is { Count: > 0 } || token is not null)
            {
                writer.WriteStartElement("soap", "Header", ns);
                token?.Write(writer, ns);
                Headers(json, operation, headers);
                writer.WriteEndElement();
            }

            writer.WriteStartElement("soap", "Body", ns);
            Body(operation.Input.IsEncoded ? new JsonToXml(writer, text, encoded: true) : json, operation.Input.Body, body);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        return Encoding.UTF8.GetBytes(text.Insert(0, "<?xml version=\"1.0\" encoding=\"utf-8\"?>").ToString());
    }

    /// <summary>The envelope that an answer is; null when it is none, and <paramref name="problem"/> says why.</summary>
    public static XElement? Read(byte[] content, out string problem)
    {
        problem = "";
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(content, writable: false), Hardened);
            var root = XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
            if (root.Name == XmlNames.Soap11 + "Envelope" || root.Name == XmlNames.Soap12 + "Envelope") return root;
            problem = $"its first element is {root.Name.LocalName}, not the Envelope of SOAP";
        }
        catch (XmlException e)
        {
            problem = e.Message.Contains("DTD", StringComparison.Ordinal) ? "it has a document type declaration (<!DOCTYPE)" : "it is not XML";
        }

        return null;
    }

    /// <summary>What an answer's body says.</summary>
    public static JsObject ReadBody(XElement envelope, WsdlMessage? expected)
    {
        if (expected?.IsEncoded == true) EncodedReferences.Resolve(envelope);
        var children = envelope.Element(envelope.Name.Namespace + "Body")?.Elements().ToList() ?? [];
        var declared = expected?.Body ?? [];
        if (children.Count == 1 && declared.Count <= 1)
        {
            // The name of an RPC's answer does not matter (SOAP 1.1, 7.1), and there is only one element that it can be.
            var json = declared.Count == 1 ? XmlToJson.Read(children[0], declared[0].Type) : XmlToJson.Any(children[0], 0, keepNamespaces: false);
            return json.AsObject ?? (json.IsNull ? new JsObject() : new JsObject { [JsonToXml.TextField] = json });
        }

        var all = new JsObject();
        foreach (var child in children)
            all.Set(child.Name.LocalName, declared.FirstOrDefault(d => d.Name.LocalName == child.Name.LocalName) is { } known ? XmlToJson.Read(child, known.Type) : XmlToJson.Any(child, 0, keepNamespaces: false));
        return all;
    }

    /// <summary>The header elements of an answer.</summary>
    public static JsObject ReadHeaders(XElement envelope, WsdlMessage? expected)
    {
        var all = new JsObject();
        foreach (var child in envelope.Element(envelope.Name.Namespace + "Header")?.Elements() ?? [])
            all.Set(child.Name.LocalName, expected?.Headers.FirstOrDefault(d => d.Name == child.Name) is { } known ? XmlToJson.Read(child, known.Type) : XmlToJson.Any(child, 0, keepNamespaces: false));
        return all;
    }

    private static void Body(JsonToXml json, IReadOnlyList<XsdElement> elements, JsValue body)
    {
        if (elements.Count == 1)
        {
            json.Element(elements[0], body, "");
            return;
        }

        if (body.AsObject is not { } map) throw JsonToXml.Wrong("", $"expected an object, not {ParameterValues.Describe(body)}");
        foreach (var (name, _) in map)
            if (!elements.Any(e => e.Name.LocalName == name)) throw JsonToXml.Wrong(name, elements.Count == 0 ? "the operation takes no fields" : $"there is no such field; there are {string.Join(", ", elements.Select(e => e.Name.LocalName))}");
        foreach (var element in elements)
            json.Element(element, map[element.Name.LocalName] is { IsUndefined: false } value ? value : throw JsonToXml.Wrong(element.Name.LocalName, "required"), element.Name.LocalName);
    }

    private static void Headers(JsonToXml json, WsdlOperation operation, JsValue headers)
    {
        if (headers.AsObject is not { } map) return;
        foreach (var (name, value) in map)
        {
            if (value.IsUndefined) continue;
            if (operation.Input.Headers.FirstOrDefault(h => h.Name.LocalName == name || XsdSchemas.Show(h.Name) == name) is { } declared) json.Element(declared, value, $"headers.{name}");
            else json.Any(JsonToXml.NameOf(name, XNamespace.None, $"headers.{name}"), value, $"headers.{name}", 0);
        }
    }
}
