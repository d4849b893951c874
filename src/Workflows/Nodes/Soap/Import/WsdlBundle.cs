using System.Xml.Linq;
using Sluice.Workflows.Nodes.Soap.Schemas;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Nodes.Soap.Import;

/// <summary>A WSDL with all that it imports as one text, with only what one operation needs: it can stand in a workflow, and goes wherever that goes.</summary>
internal static class WsdlBundle
{
    private static readonly XNamespace Wsdl = XmlNames.Wsdl;
    private static readonly XNamespace Xsd = XmlNames.Schema;
    private static readonly string[] References = ["type", "ref", "base", "itemType", "memberTypes", "substitutionGroup"];

    public static string Write(WsdlDocuments documents, WsdlPort port, WsdlOperation operation)
    {
        var root = Whole(documents);
        Keep(root, port, operation.Name);
        Prune(root);
        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>Everything in one element: imported schemas among the types, imported WSDLs inside the first.</summary>
    private static XElement Whole(WsdlDocuments documents)
    {
        var root = Alone(documents[documents.Main]);
        var types = root.Element(Wsdl + "types");
        if (types is null) root.AddFirst(types = new XElement(Wsdl + "types"));
        foreach (var location in documents.Locations.Skip(1))
        {
            var other = documents[location];
            if (other.Name == Wsdl + "definitions") root.Add(Alone(other));
            else if (other.Name == Xsd + "schema" && other.Attribute("targetNamespace") is not null) types.Add(Alone(other));
        }

        // Documents without a namespace of their own belong to whoever includes them.
        var included = new HashSet<(string, string)>();
        var waiting = new Queue<(string Location, string? Target)>(documents.Locations.Select(l => (l, (string?)null)));
        while (waiting.TryDequeue(out var next))
            foreach (var (node, _, location) in documents.Imports(next.Location))
            {
                if (node.Name.Namespace != Xsd || documents[location] is not { } other || other.Name != Xsd + "schema" || other.Attribute("targetNamespace") is not null) continue;
                var target = node.Name.LocalName is "import" ? "" : next.Target ?? (string?)node.Parent!.Attribute("targetNamespace") ?? "";
                if (!included.Add((location, target))) continue;
                var copy = Alone(other);
                if (target.Length > 0) copy.SetAttributeValue("targetNamespace", target);
                types.Add(copy);
                waiting.Enqueue((location, target));
            }

        foreach (var node in root.Descendants().Where(n => (n.Name.Namespace == Xsd || n.Name.Namespace == Wsdl) && n.Name.LocalName is "import" or "include").ToList()) node.Remove();
        foreach (var node in root.Descendants(Xsd + "redefine")) node.Attribute("schemaLocation")?.Remove();
        return root;
    }

    private static XElement Alone(XElement element)
    {
        var copy = new XElement(element);
        foreach (var node in copy.DescendantNodesAndSelf().OfType<XElement>().Where(e => e.Name == Xsd + "annotation" || e.Name == Wsdl + "documentation").ToList()) node.Remove();
        return copy;
    }

    /// <summary>Leaves one port and one operation.</summary>
    private static void Keep(XElement root, WsdlPort port, string operation)
    {
        foreach (var service in root.Descendants(Wsdl + "service").ToList())
        {
            if ((string?)service.Attribute("name") != port.Service) service.Remove();
            else service.Elements(Wsdl + "port").Where(p => (string?)p.Attribute("name") != port.Name).Remove();
        }

        var bindings = root.Descendants(Wsdl + "port").Select(p => Local((string?)p.Attribute("binding"))).ToHashSet(StringComparer.Ordinal);
        if (bindings.Count > 0) root.Descendants(Wsdl + "binding").Where(b => !bindings.Contains((string?)b.Attribute("name"))).Remove();
        var portTypes = root.Descendants(Wsdl + "binding").Select(b => Local((string?)b.Attribute("type"))).ToHashSet(StringComparer.Ordinal);
        root.Descendants(Wsdl + "portType").Where(p => !portTypes.Contains((string?)p.Attribute("name"))).Remove();
        root.Descendants(Wsdl + "operation").Where(o => (string?)o.Attribute("name") != operation).Remove();
        root.Descendants(Wsdl + "fault").Remove();
        var messages = root.Descendants().Select(e => Local((string?)e.Attribute("message"))).ToHashSet(StringComparer.Ordinal);
        root.Descendants(Wsdl + "message").Where(m => !messages.Contains((string?)m.Attribute("name"))).Remove();
    }

    /// <summary>Leaves what of the schemas can be reached from the messages.</summary>
    private static void Prune(XElement root)
    {
        var globals = root.Descendants(Xsd + "schema").Elements().Where(e => e.Attribute("name") is not null).ToList();
        var byName = globals.ToLookup(NameOf);
        var byBase = globals.SelectMany(g => Named(g, ["base", "substitutionGroup"]).Select(b => (Base: b, Global: g))).ToLookup(p => p.Base, p => p.Global);
        var reached = new HashSet<XElement>();
        var waiting = new Queue<XName>(root.Descendants(Wsdl + "part").SelectMany(p => Named(p, ["element", "type"])));
        var seen = new HashSet<XName>();
        while (waiting.TryDequeue(out var name))
        {
            if (!seen.Add(name)) continue;
            // A reference without a namespace may mean the namespace of who includes its document.
            var found = byName[name].Concat(byBase[name]);
            if (name.Namespace == XNamespace.None) found = found.Concat(globals.Where(g => (string?)g.Attribute("name") == name.LocalName));
            foreach (var global in found)
                if (reached.Add(global))
                {
                    waiting.Enqueue(NameOf(global));
                    foreach (var further in Named(global, References)) waiting.Enqueue(further);
                }
        }

        globals.Where(g => !reached.Contains(g)).Remove();
        root.Descendants(Xsd + "schema").Where(s => !s.HasElements).Remove();

        static XName NameOf(XElement global) => XmlNames.Declared((string?)global.Parent!.Attribute("targetNamespace") ?? "", (string)global.Attribute("name")!);
    }

    private static IEnumerable<XName> Named(XElement element, string[] attributes) =>
        from node in element.DescendantsAndSelf()
        from attribute in attributes
        let value = (string?)node.Attribute(attribute)
        where value is not null
        from name in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        select XmlNames.Resolve(node, name);

    private static string? Local(string? name) => name?[(name.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
}
