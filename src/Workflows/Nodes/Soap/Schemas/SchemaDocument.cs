using System.Xml.Linq;

namespace Sluice.Workflows.Nodes.Soap.Schemas;

/// <summary>A schema as it stands in a document.</summary>
/// <param name="Node">The element <c>xsd:schema</c>.</param>
/// <param name="Namespace">What it declares names in; of the one that includes it where it says none.</param>
internal sealed record SchemaDocument(XElement Node, XNamespace Namespace)
{
    public bool QualifiesElements { get; } = (string?)Node.Attribute("elementFormDefault") is "qualified";

    public bool QualifiesAttributes { get; } = (string?)Node.Attribute("attributeFormDefault") is "qualified";

    public XName Named(string name) => XmlNames.Declared(Namespace, name);
}
