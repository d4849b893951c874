using System.Xml.Linq;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Wsdl;

/// <summary>Reads WSDL 1.1 with the bindings of SOAP 1.1 and 1.2.</summary>
internal sealed class WsdlReader
{
    private static readonly XNamespace Wsdl = XmlNames.Wsdl;

    private readonly WsdlDocuments _documents;
    private readonly XsdSchemas _schemas = new();
    private readonly Dictionary<(string Kind, XName Name), XElement> _declared = [];
    private readonly List<XElement> _definitions = [];
    private readonly HashSet<(string, XNamespace)> _added = [];
    private readonly List<string> _warnings = [];

    private WsdlReader(WsdlDocuments documents) => _documents = documents;

    /// <exception cref="WsdlException">It is no WSDL 1.1, or nothing in it speaks SOAP.</exception>
    public static WsdlContract Read(WsdlDocuments documents) => new WsdlReader(documents).Read();

    private WsdlContract Read()
    {
        var main = _documents[_documents.Main];
        if (main.Name.NamespaceName == "http://www.w3.org/ns/wsdl") throw new WsdlException("this is WSDL 2.0; WSDL 1.1 is needed");
        if (main.Name != Wsdl + "definitions") throw new WsdlException($"this is no WSDL: its first element is {XsdSchemas.Show(main.Name)}, not definitions");
        foreach (var location in _documents.Locations) Collect(location);
        var ports = Services().ToList();
        if (ports.Count == 0) ports = [.. Bindings()];
        if (ports.Count == 0) throw new WsdlException("nothing in it speaks SOAP: there is no binding of SOAP 1.1 or 1.2");
        _schemas.Complete();
        return new WsdlContract(ports, _schemas, [.. _warnings, .. _schemas.Warnings]);
    }

    private void Collect(string location)
    {
        var root = _documents[location];
        if (root.Name == XmlNames.Schema + "schema")
        {
            if (location == _documents.Main) throw new WsdlException("this is a schema, not a WSDL");
            // Without a namespace of its own it is added by who includes it.
            if (root.Attribute("targetNamespace") is not null) AddSchema(root, location, XNamespace.None);
            return;
        }

        if (root.Name == Wsdl + "definitions") Define(root, location);
    }

    private void Define(XElement root, string location)
    {
        _definitions.Add(root);
        // What 'sluice import wsdl' made one of several stands inside the first.
        foreach (var inner in root.Elements(Wsdl + "definitions")) Define(inner, location);
        XNamespace target = (string?)root.Attribute("targetNamespace") ?? "";
        foreach (var node in root.Elements().Where(n => n.Name.Namespace == Wsdl && n.Attribute("name") is not null))
            _declared.TryAdd((node.Name.LocalName, XmlNames.Declared(target, (string)node.Attribute("name")!)), node);
        foreach (var schema in root.Elements(Wsdl + "types").Elements(XmlNames.Schema + "schema")) AddSchema(schema, location, XNamespace.None);
    }

    private void AddSchema(XElement schema, string location, XNamespace inherited)
    {
        var target = (string?)schema.Attribute("targetNamespace") is { } own ? (XNamespace)own : inherited;
        var document = new SchemaDocument(schema, target);
        if (schema.Annotation<SchemaDocument>() is null) schema.AddAnnotation(document);
        _schemas.Add(document);
        foreach (var (node, _, included) in _documents.Imports(location))
        {
            if (node.Name.LocalName is not ("include" or "redefine") || node.Parent != schema) continue;
            var root = _documents[included];
            if (root.Name == XmlNames.Schema + "schema" && root.Attribute("targetNamespace") is null && _added.Add((included, target))) AddSchema(root, included, target);
        }

        foreach (var (node, _, imported) in _documents.Imports(location))
            if (node.Name.LocalName is "import" && node.Parent == schema && _documents[imported] is { } root && root.Name == XmlNames.Schema + "schema" && root.Attribute("targetNamespace") is null && _added.Add((imported, XNamespace.None)))
                AddSchema(root, imported, XNamespace.None);
    }

    private IEnumerable<WsdlPort> Services()
    {
        foreach (var service in _definitions.Elements(Wsdl + "service"))
            foreach (var port in service.Elements(Wsdl + "port"))
            {
                if (Named("binding", port, "binding") is not { } binding || SoapOf(binding) is not var (soap, version)) continue;
                var address = (string?)port.Elements().FirstOrDefault(e => e.Name.LocalName == "address")?.Attribute("location") ?? "";
                yield return new WsdlPort((string?)service.Attribute("name") ?? "", (string?)port.Attribute("name") ?? "", address.Trim(), version, Operations(binding, soap));
            }
    }

    /// <summary>A WSDL without services says how to call something whose address somebody else knows.</summary>
    private IEnumerable<WsdlPort> Bindings()
    {
        foreach (var binding in _definitions.Elements(Wsdl + "binding"))
            if (SoapOf(binding) is var (soap, version))
                yield return new WsdlPort((string?)binding.Attribute("name") ?? "", (string?)binding.Attribute("name") ?? "", "", version, Operations(binding, soap));
    }

    private static (XElement Soap, SoapVersion Version)? SoapOf(XElement binding) =>
        binding.Element(XmlNames.Soap11Binding + "binding") is { } first ? (first, SoapVersion.Soap11)
        : binding.Element(XmlNames.Soap12Binding + "binding") is { } second ? (second, SoapVersion.Soap12) : null;

    private List<WsdlOperation> Operations(XElement binding, XElement soap)
    {
        var type = Named("portType", binding, "type");
        var operations = new List<WsdlOperation>();
        foreach (var operation in binding.Elements(Wsdl + "operation"))
        {
            var name = (string?)operation.Attribute("name") ?? "";
            if (name.Length == 0) continue;
            var said = operation.Element(soap.Name.Namespace + "operation");
            var abstracts = type?.Elements(Wsdl + "operation").Where(o => (string?)o.Attribute("name") == name).ToList() ?? [];
            // Overloaded operations are told apart by the names of their messages.
            var described = abstracts.Count > 1 ? abstracts.Find(o => (string?)o.Element(Wsdl + "input")?.Attribute("name") == (string?)operation.Element(Wsdl + "input")?.Attribute("name")) ?? abstracts[0] : abstracts.FirstOrDefault();
            var action = (string?)said?.Attribute("soapAction") ?? "";
            var documentation = described?.Element(Wsdl + "documentation")?.Value.Trim() ?? "";
            var style = (string?)said?.Attribute("style") ?? (string?)soap.Attribute("style") ?? "document";
            if (operations.Exists(o => o.Name == name))
            {
                _warnings.Add($"the operation '{name}' is there more than once; the first is used");
                continue;
            }

            try
            {
                if (described is null) throw new WsdlException("its port type does not have it");
                if (described.Element(Wsdl + "input") is not { } input) throw new WsdlException("it has no input: the service would call us");
                operations.Add(new(name, action, Message(input, operation.Element(Wsdl + "input"), style, name, "", soap.Name.Namespace),
                    described.Element(Wsdl + "output") is { } output ? Message(output, operation.Element(Wsdl + "output"), style, name, "Response", soap.Name.Namespace) : null, documentation, null));
            }
            catch (WsdlException e)
            {
                operations.Add(new(name, action, WsdlMessage.Empty, null, documentation, e.Message));
            }
        }

        return operations;
    }

    private WsdlMessage Message(XElement direction, XElement? bound, string style, string operation, string suffix, XNamespace soap)
    {
        var message = Named("message", direction, "message") ?? throw new WsdlException($"nothing declares its message '{(string?)direction.Attribute("message")}'");
        var body = bound?.Element(soap + "body") ?? bound?.Descendants(soap + "body").FirstOrDefault();
        var encoded = (string?)body?.Attribute("use") is "encoded";
        if (encoded && soap == XmlNames.Soap12Binding) throw new WsdlException("it uses the encoding of SOAP 1.2 (use=\"encoded\"), which is not supported; that of SOAP 1.1 is");
        if (encoded && style is not "rpc") throw new WsdlException("it uses SOAP encoding (use=\"encoded\") with style=\"document\", which no two services read alike; rpc is supported");
        var parts = Parts(message);
        var headers = bound?.Elements(soap + "header").Select(Header).OfType<XsdElement>().ToList() ?? [];
        var headerParts = bound?.Elements(soap + "header").Where(h => XmlNames.Resolve(h, (string?)h.Attribute("message") ?? "") == XmlNames.Resolve(direction, (string)direction.Attribute("message")!)).Select(h => (string?)h.Attribute("part")).ToList() ?? [];
        if ((string?)body?.Attribute("parts") is { } only) parts = [.. parts.Where(p => only.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains(p.Name, StringComparer.Ordinal))];
        else parts.RemoveAll(p => headerParts.Contains(p.Name));
        return new WsdlMessage(style is "rpc" ? [Rpc((string?)body?.Attribute("namespace"), operation + suffix, parts)] : [.. parts.Select(Element)], headers, encoded);
    }

    private List<WsdlPart> Parts(XElement message) =>
    [
        .. message.Elements(Wsdl + "part").Select(p => new WsdlPart(
            (string?)p.Attribute("name") ?? "",
            (string?)p.Attribute("element") is { Length: > 0 } element ? XmlNames.Resolve(p, element) : null,
            (string?)p.Attribute("type") is { Length: > 0 } type ? XmlNames.Resolve(p, type) : null,
            p)),
    ];

    /// <summary>What an RPC is in the body: an element for the operation, and one without a namespace for each part (WSDL 1.1, 3.5).</summary>
    private XsdElement Rpc(string? ns, string name, List<WsdlPart> parts)
    {
        var content = new List<XsdParticle>();
        foreach (var part in parts)
        {
            var type = part.Type is { } named ? _schemas.FindType(named, part.Node) : null;
            if (type is null && part.Element is null) throw new WsdlException($"the part '{part.Name}' has neither an element nor a type");
            content.Add(new XsdElementParticle(type is not null ? new XsdElement { Name = XmlNames.Declared(XNamespace.None, part.Name), Type = type, Nillable = true } : Element(part)));
        }

        return new XsdElement { Name = XmlNames.Declared(ns ?? "", name), Type = new XsdComplexType { Content = content.Count == 0 ? null : new XsdGroup(XsdGroupKind.Sequence, content) } };
    }

    private XsdElement Element(WsdlPart part)
    {
        if (part.Element is not { } name) throw new WsdlException($"the part '{part.Name}' has a type and no element, which no document can be");
        return _schemas.FindElement(name) ?? throw new WsdlException($"nothing declares the element {XsdSchemas.Show(name)}");
    }

    private XsdElement? Header(XElement header)
    {
        var message = _declared.GetValueOrDefault(("message", XmlNames.Resolve(header, (string?)header.Attribute("message") ?? "")));
        var part = message is null ? null : Parts(message).Find(p => p.Name == (string?)header.Attribute("part"));
        return part?.Element is { } name ? _schemas.FindElement(name) : null;
    }

    private XElement? Named(string kind, XElement from, string attribute)
    {
        if ((string?)from.Attribute(attribute) is not { } text) return null;
        var name = XmlNames.Resolve(from, text);
        // Some leave the prefix away where the name is of the same document.
        return _declared.GetValueOrDefault((kind, name)) ?? _declared.FirstOrDefault(d => d.Key.Kind == kind && d.Key.Name.LocalName == name.LocalName).Value;
    }
}
