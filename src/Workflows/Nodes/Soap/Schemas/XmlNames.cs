using System.Xml.Linq;

namespace Sluice.Workflows.Nodes.Soap.Schemas;

/// <summary>The namespaces that SOAP is made of.</summary>
internal static class XmlNames
{
    public static readonly XNamespace Schema = "http://www.w3.org/2001/XMLSchema";
    public static readonly XNamespace Instance = "http://www.w3.org/2001/XMLSchema-instance";
    public static readonly XNamespace Encoding = "http://schemas.xmlsoap.org/soap/encoding/";
    public static readonly XNamespace ApacheSoap = "http://xml.apache.org/xml-soap";
    public static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    public static readonly XNamespace Soap11Binding = "http://schemas.xmlsoap.org/wsdl/soap/";
    public static readonly XNamespace Soap12Binding = "http://schemas.xmlsoap.org/wsdl/soap12/";
    public static readonly XNamespace Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public static readonly XNamespace Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public static readonly XNamespace Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public static readonly XNamespace SecurityUtility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    /// <summary>What is known without a schema, so that nothing is fetched for it.</summary>
    public static bool IsBuiltIn(string? name) => name is not null
        && (name == Schema.NamespaceName || name == Instance.NamespaceName || name == Encoding.NamespaceName || name == Soap11.NamespaceName || name == Soap12.NamespaceName || name == XNamespace.Xml.NamespaceName || name == Wsdl.NamespaceName);

    /// <summary>What is declared under a name, whatever stands there: names that are none are made ones that nothing refers to.</summary>
    public static XName Declared(XNamespace ns, string name) => ns + (name.Trim() is { Length: > 0 } text ? System.Xml.XmlConvert.EncodeLocalName(text)! : "_");

    /// <summary>The name that a QName in a document means where it stands; a prefix that means nothing gives the bare name.</summary>
    public static XName Resolve(XElement context, string text)
    {
        text = text.Trim();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        try
        {
            if (colon < 0) return context.GetDefaultNamespace() + text;
            return (colon == 0 ? null : context.GetNamespaceOfPrefix(text[..colon])) is { } ns ? ns + text[(colon + 1)..] : XName.Get(text[(colon + 1)..]);
        }
        catch (Exception e) when (e is System.Xml.XmlException or ArgumentException)
        {
            throw new Wsdl.WsdlException($"'{text}' is no name", e);
        }
    }
}
