using System.Globalization;
using System.Xml.Linq;
using Sluice.Workflows.Nodes.Soap.Wsdl;

namespace Sluice.Workflows.Nodes.Soap.Schemas;

/// <summary>
/// All schemas of a WSDL: what is declared by name, read when something reaches it. Types that nothing declares count as any data, with a warning:
/// published WSDLs often lack a schema that nobody needs.
/// </summary>
internal sealed class XsdSchemas
{
    private const int DeepestNesting = 64;
    private const int MostParts = 200_000;

    private static readonly XNamespace Xsd = XmlNames.Schema;

    private readonly Dictionary<(string Kind, XName Name), (XElement Node, SchemaDocument Schema)> _declared = [];
    private readonly Dictionary<XName, XsdType> _types = [];
    private readonly Dictionary<XName, XsdElement> _elements = [];
    private readonly Dictionary<XName, List<XName>> _substitutes = [];
    private readonly Dictionary<XName, List<XName>> _derived = [];
    private readonly Queue<Action> _later = new();
    private readonly HashSet<string> _warnings = new(StringComparer.Ordinal);
    private int _parts;

    /// <summary>What is odd and was read in some way.</summary>
    public IEnumerable<string> Warnings => _warnings;

    /// <summary>Adds what a schema declares.</summary>
    public void Add(SchemaDocument schema)
    {
        foreach (var node in schema.Node.Elements().Concat(schema.Node.Elements(Xsd + "redefine").Elements()))
        {
            var kind = node.Name == Xsd + "simpleType" || node.Name == Xsd + "complexType" ? "type" : node.Name.LocalName;
            if (node.Name.Namespace != Xsd || (string?)node.Attribute("name") is not { Length: > 0 } name) continue;
            var declared = schema.Named(name);
            _declared.TryAdd((kind, declared), (node, schema));
            if (kind == "element" && (string?)node.Attribute("substitutionGroup") is { } head) Add(_substitutes, XmlNames.Resolve(node, head), declared);
            if (kind == "type" && BaseOf(node) is { } from) Add(_derived, from, declared);
        }

        static void Add(Dictionary<XName, List<XName>> lists, XName key, XName name)
        {
            if (!lists.TryGetValue(key, out var list)) lists[key] = list = [];
            if (!list.Contains(name)) list.Add(name);
        }
    }

    private static XName? BaseOf(XElement type) =>
        type.Elements(Xsd + "complexContent").Concat(type.Elements(Xsd + "simpleContent")).Elements().FirstOrDefault(e => e.Attribute("base") is not null) is { } derivation
            ? XmlNames.Resolve(derivation, (string)derivation.Attribute("base")!) : null;

    /// <summary>A global element; null when nothing declares it.</summary>
    public XsdElement? FindElement(XName name)
    {
        if (_elements.TryGetValue(name, out var known)) return known;
        if (!_declared.TryGetValue(("element", name), out var found)) return null;
        return Element(found.Node, found.Schema, name);
    }

    /// <summary>A global type; any data when nothing declares it.</summary>
    public XsdType FindType(XName name, XElement? context = null, int depth = 0)
    {
        if (_types.TryGetValue(name, out var known)) return known;
        if (name.Namespace == Xsd || name.Namespace == XmlNames.Encoding)
            if ((name == XmlNames.Encoding + "Array" ? XsdBuiltIns.AnyArray : XsdBuiltIns.Find(name.LocalName)) is { } builtIn) return builtIn;
        if (!_declared.TryGetValue(("type", name), out var found))
        {
            // A document without a namespace of its own, included into one that has.
            var own = name.Namespace == XNamespace.None && context?.AncestorsAndSelf(Xsd + "schema").FirstOrDefault()?.Annotation<SchemaDocument>() is { } schema ? schema.Named(name.LocalName) : name;
            if (own == name || !_declared.ContainsKey(("type", own)))
            {
                if (name.Namespace != XmlNames.Encoding) _warnings.Add($"nothing declares the type {Show(name)}: what is of it is any data");
                return XsdBuiltIns.AnyType;
            }

            return FindType(own, null, depth + 1);
        }

        var read = Type(found.Node, found.Schema, name, depth);
        foreach (var derived in _derived.GetValueOrDefault(name) ?? [])
            _later.Enqueue(() =>
            {
                if (read is XsdComplexType complex && FindType(derived) is XsdComplexType other && other != complex && !complex.Derived.Contains(other)) complex.Derived.Add(other);
            });
        return read;
    }

    /// <summary>Reads what elements that were found are made of, until all that can be reached is there.</summary>
    public void Complete()
    {
        while (_later.TryDequeue(out var next)) next();
        // Types of types: what is derived from a derived type can stand for the first one, too.
        foreach (var type in _types.Values.OfType<XsdComplexType>())
            for (var i = 0; i < type.Derived.Count && type.Derived.Count < 1000; i++)
                foreach (var further in type.Derived[i].Derived)
                    if (further != type && !type.Derived.Contains(further)) type.Derived.Add(further);
    }

    public static string Show(XName name) => name.NamespaceName.Length == 0 ? name.LocalName : $"{{{name.NamespaceName}}}{name.LocalName}";

    private XsdElement Element(XElement node, SchemaDocument schema, XName name)
    {
        Count();
        var element = new XsdElement { Name = name, Nillable = Is(node, "nillable"), IsAbstract = Is(node, "abstract") };
        var isGlobal = node.Parent?.Name == Xsd + "schema" || node.Parent?.Name == Xsd + "redefine";
        if (isGlobal)
        {
            _elements[name] = element;
            Substitutes(element, name, []);
        }

        _later.Enqueue(() =>
        {
            element.Type = (node.Element(Xsd + "complexType") ?? node.Element(Xsd + "simpleType")) is { } inner ? Type(inner, schema, null, 0)
                : (string?)node.Attribute("type") is { } type ? FindType(XmlNames.Resolve(node, type), node)
                : (string?)node.Attribute("substitutionGroup") is { } head && FindElement(XmlNames.Resolve(node, head)) is { } first ? Deferred(element, first)
                : XsdBuiltIns.AnyType;
        });
        return element;
    }

    /// <summary>The head's type, which may not be known yet.</summary>
    private XsdType Deferred(XsdElement element, XsdElement head)
    {
        _later.Enqueue(() => element.Type = head.Type);
        return head.Type;
    }

    private void Substitutes(XsdElement head, XName name, HashSet<XName> seen)
    {
        foreach (var substitute in _substitutes.GetValueOrDefault(name) ?? [])
        {
            if (!seen.Add(substitute)) continue;
            _later.Enqueue(() =>
            {
                if (FindElement(substitute) is { } found && found != head && !head.Substitutes.Contains(found)) head.Substitutes.Add(found);
            });
            if (seen.Count < 1000) Substitutes(head, substitute, seen);
        }
    }

    private XsdType Type(XElement node, SchemaDocument schema, XName? name, int depth)
    {
        Check(depth, node);
        Count();
        if (node.Name == Xsd + "simpleType")
        {
            if (name is not null) _types[name] = XsdBuiltIns.Text;
            var simple = Simple(node, schema, name, depth);
            if (name is not null) _types[name] = simple;
            return simple;
        }

        var type = new XsdComplexType { Name = name, IsAbstract = Is(node, "abstract"), Mixed = Is(node, "mixed") };
        if (name is not null) _types[name] = type;
        if (node.Element(Xsd + "simpleContent")?.Elements().FirstOrDefault(e => e.Attribute("base") is not null) is { } text) SimpleContent(type, text, schema, depth);
        else if (node.Element(Xsd + "complexContent")?.Elements().FirstOrDefault(e => e.Attribute("base") is not null) is { } derivation) ComplexContent(type, derivation, schema, depth);
        else Own(type, node, schema, depth);
        return type;
    }

    private void SimpleContent(XsdComplexType type, XElement derivation, SchemaDocument schema, int depth)
    {
        type.Base = Base(derivation, depth);
        type.Text = type.Base switch { XsdSimpleType simple => simple, XsdComplexType { Text: { } text } => text, _ => XsdBuiltIns.Text };
        if (derivation.Name == Xsd + "restriction") type.Text = Restricted(derivation, derivation.Element(Xsd + "simpleType") is { } inner ? Simple(inner, schema, null, depth + 1) : type.Text, null);
        if (type.Base is XsdComplexType from) type.Attributes.AddRange(from.Attributes);
        Attributes(type, derivation, schema, depth);
    }

    private void ComplexContent(XsdComplexType type, XElement derivation, SchemaDocument schema, int depth)
    {
        type.Base = Base(derivation, depth);
        type.Mixed |= Is(derivation.Parent!, "mixed");
        Own(type, derivation, schema, depth);
        if (type.Base is not XsdComplexType from) return;
        if (derivation.Name == Xsd + "extension" && !from.IsAny)
        {
            type.Content = from.Content is null ? type.Content : type.Content is null ? from.Content : new XsdGroup(XsdGroupKind.Sequence, [from.Content, type.Content]);
            type.Mixed |= from.Mixed;
        }

        if (derivation.Name == Xsd + "restriction" && from.ItemType is not null)
        {
            EncodedArray(type, derivation);
            return;
        }

        type.Attributes.AddRange(from.Attributes.Where(a => !type.Attributes.Exists(own => own.Name == a.Name) && !Prohibits(derivation, a.Name.LocalName)));
        type.AnyAttribute |= from.AnyAttribute && !from.IsAny;
    }

    /// <summary>An array of SOAP's own encoding: an attribute says of what (WSDL 1.1, 2.2), or its only element.</summary>
    private void EncodedArray(XsdComplexType type, XElement derivation)
    {
        var only = type.Content is XsdGroup { Children: [XsdElementParticle particle] } ? particle.Element : null;
        var said = derivation.Elements(Xsd + "attribute").Select(a => (string?)a.Attribute(XmlNames.Wsdl + "arrayType")).FirstOrDefault(t => t is not null);
        type.ItemType = XsdBuiltIns.AnyType;
        type.ItemName = only?.Name.LocalName ?? type.ItemName;
        type.Attributes.Clear();
        type.Content = new XsdAny { Least = 0, Most = int.MaxValue };
        if (said is null && only is null) _warnings.Add($"the array {(type.Name is { } name ? Show(name) : "in an element")} does not say what is in it: it is any data");
        else _later.Enqueue(() => type.ItemType = said is null ? only!.Type : ItemsOf(said.Trim(), derivation));
    }

    private XsdType ItemsOf(string array, XElement context)
    {
        var bracket = array.LastIndexOf('[');
        var items = bracket < 0 ? array : array[..bracket].TrimEnd();
        if (bracket >= 0 && array.AsSpan(bracket).Contains(',')) throw new WsdlException($"'{array}' is an array of several dimensions, which is not supported");
        return items.EndsWith(']') ? new XsdComplexType { ItemType = ItemsOf(items, context), Content = new XsdAny { Least = 0, Most = int.MaxValue } } : FindType(XmlNames.Resolve(context, items), context);
    }

    private static bool Prohibits(XElement derivation, string name) => derivation.Elements(Xsd + "attribute").Any(a => (string?)a.Attribute("name") == name && (string?)a.Attribute("use") is "prohibited");

    private XsdType Base(XElement derivation, int depth)
    {
        var name = XmlNames.Resolve(derivation, (string)derivation.Attribute("base")!);
        // What is being read already is its own base (redefine), or wrong.
        if (_types.TryGetValue(name, out var known)) return known;
        if (!_declared.TryGetValue(("type", name), out var found)) return FindType(name, derivation, depth + 1);
        Check(depth, derivation);
        var read = Type(found.Node, found.Schema, name, depth + 1);
        foreach (var derived in _derived.GetValueOrDefault(name) ?? [])
            if (read is XsdComplexType complex) _later.Enqueue(() =>
            {
                if (FindType(derived) is XsdComplexType other && other != complex && !complex.Derived.Contains(other)) complex.Derived.Add(other);
            });
        return read;
    }

    private void Own(XsdComplexType type, XElement node, SchemaDocument schema, int depth)
    {
        if (node.Elements().FirstOrDefault(IsParticle) is { } content) type.Content = Particle(content, schema, depth + 1);
        Attributes(type, node, schema, depth);
    }

    private static bool IsParticle(XElement node) => node.Name.Namespace == Xsd && node.Name.LocalName is "sequence" or "choice" or "all" or "group" or "element" or "any";

    private XsdParticle? Particle(XElement node, SchemaDocument schema, int depth)
    {
        Check(depth, node);
        Count();
        var least = Occurs(node, "minOccurs");
        var most = Math.Max(least, Occurs(node, "maxOccurs"));
        if (most == 0) return null;
        switch (node.Name.LocalName)
        {
            case "any":
                return new XsdAny { Least = least, Most = most };
            case "element":
                return ElementOf(node, schema) is { } element ? new XsdElementParticle(element) { Least = least, Most = most } : new XsdAny { Least = least, Most = most };
            case "group":
                var name = XmlNames.Resolve(node, (string?)node.Attribute("ref") ?? "");
                if (!_declared.TryGetValue(("group", name), out var group) && !_declared.TryGetValue(("group", schema.Named(name.LocalName)), out group))
                {
                    _warnings.Add($"nothing declares the group {Show(name)}");
                    return new XsdAny { Least = 0, Most = int.MaxValue };
                }

                return group.Node.Elements().FirstOrDefault(IsParticle) is { } content && Particle(content, group.Schema, depth + 1) is { } inner
                    ? least == 1 && most == 1 ? inner : new XsdGroup(XsdGroupKind.Sequence, [inner]) { Least = least, Most = most }
                    : null;
            default:
                var children = node.Elements().Where(IsParticle).Select(c => Particle(c, schema, depth + 1)).OfType<XsdParticle>().ToList();
                var kind = node.Name.LocalName switch { "choice" => XsdGroupKind.Choice, "all" => XsdGroupKind.All, _ => XsdGroupKind.Sequence };
                return children.Count == 0 ? null : new XsdGroup(kind, children) { Least = least, Most = most };
        }
    }

    private XsdElement? ElementOf(XElement node, SchemaDocument schema)
    {
        if ((string?)node.Attribute("ref") is { } reference)
        {
            var name = XmlNames.Resolve(node, reference);
            if ((FindElement(name) ?? (name.Namespace == XNamespace.None ? FindElement(schema.Named(name.LocalName)) : null)) is { } global) return global;
            if (name.Namespace != Xsd) _warnings.Add($"nothing declares the element {Show(name)}: any element may stand in its place");
            return null;
        }

        var local = Local(node);
        var qualified = (string?)node.Attribute("form") is { } form ? form is "qualified" : schema.QualifiesElements;
        return Element(node, schema, qualified ? schema.Named(local) : XName.Get(local));
    }

    private void Attributes(XsdComplexType type, XElement node, SchemaDocument schema, int depth)
    {
        Check(depth, node);
        foreach (var child in node.Elements())
        {
            if (child.Name == Xsd + "anyAttribute")
            {
                type.AnyAttribute = true;
            }
            else if (child.Name == Xsd + "attributeGroup" && (string?)child.Attribute("ref") is { } group)
            {
                Count();
                if (_declared.TryGetValue(("attributeGroup", XmlNames.Resolve(child, group)), out var found)) Attributes(type, found.Node, found.Schema, depth + 1);
            }
            else if (child.Name == Xsd + "attribute" && (string?)child.Attribute("use") is not "prohibited")
            {
                Count();
                var attribute = Attribute(child, schema, depth);
                type.Attributes.RemoveAll(a => a.Name == attribute.Name);
                type.Attributes.Add(attribute);
            }
        }
    }

    private XsdAttribute Attribute(XElement node, SchemaDocument schema, int depth)
    {
        var required = (string?)node.Attribute("use") is "required";
        if ((string?)node.Attribute("ref") is { } reference)
        {
            var name = XmlNames.Resolve(node, reference);
            var type = _declared.TryGetValue(("attribute", name), out var found) ? AttributeType(found.Node, found.Schema, depth) : XsdBuiltIns.Text;
            return new(name, type, required, (string?)node.Attribute("fixed"));
        }

        var local = Local(node);
        var qualified = (string?)node.Attribute("form") is { } form ? form is "qualified" : schema.QualifiesAttributes;
        return new(qualified ? schema.Named(local) : XName.Get(local), AttributeType(node, schema, depth), required, (string?)node.Attribute("fixed"));
    }

    private XsdSimpleType AttributeType(XElement node, SchemaDocument schema, int depth) =>
        node.Element(Xsd + "simpleType") is { } inner ? Simple(inner, schema, null, depth + 1)
        : (string?)node.Attribute("type") is { } type && FindType(XmlNames.Resolve(node, type), node, depth + 1) is XsdSimpleType simple ? simple : XsdBuiltIns.Text;

    private XsdSimpleType Simple(XElement node, SchemaDocument schema, XName? name, int depth)
    {
        Check(depth, node);
        if (node.Element(Xsd + "list") is { } list)
            return new() { Name = name, Primitive = XsdPrimitive.Text, Items = list.Element(Xsd + "simpleType") is { } of ? Simple(of, schema, null, depth + 1) : SimpleNamed(list, (string?)list.Attribute("itemType"), depth) };
        if (node.Element(Xsd + "restriction") is not { } restriction) return new() { Name = name, Primitive = XsdPrimitive.Text };
        return Restricted(restriction, restriction.Element(Xsd + "simpleType") is { } inner ? Simple(inner, schema, null, depth + 1) : SimpleNamed(restriction, (string?)restriction.Attribute("base"), depth), name);
    }

    private XsdSimpleType SimpleNamed(XElement context, string? name, int depth)
    {
        if (name is null) return XsdBuiltIns.Text;
        var resolved = XmlNames.Resolve(context, name);
        if (!_types.ContainsKey(resolved) && _declared.TryGetValue(("type", resolved), out var found)) return Type(found.Node, found.Schema, resolved, depth + 1) as XsdSimpleType ?? XsdBuiltIns.Text;
        return FindType(resolved, context, depth + 1) as XsdSimpleType ?? XsdBuiltIns.Text;
    }

    private XsdSimpleType Restricted(XElement restriction, XsdSimpleType from, XName? name)
    {
        var words = restriction.Elements(Xsd + "enumeration").Select(e => (string?)e.Attribute("value") ?? "").ToList();
        _parts += words.Count;
        return new()
        {
            Name = name,
            Primitive = from.Primitive,
            Items = from.Items,
            Words = words.Count > 0 ? words : from.Words,
            Least = Bound(restriction, "minInclusive") ?? from.Least,
            Most = Bound(restriction, "maxInclusive") ?? from.Most,
        };
    }

    private static decimal? Bound(XElement restriction, string facet) =>
        decimal.TryParse((string?)restriction.Element(Xsd + facet)?.Attribute("value"), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var bound) ? bound : null;

    private static bool Is(XElement node, string attribute) => (string?)node.Attribute(attribute) is "true" or "1";

    private static int Occurs(XElement node, string attribute)
    {
        if ((string?)node.Attribute(attribute) is not { } text) return 1;
        if (text.Trim() is "unbounded") return int.MaxValue;
        return int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number
            : throw new WsdlException($"{attribute} of {Describe(node)} is '{text}': expected a number or unbounded");
    }

    private static string Local(XElement node)
    {
        var name = (string?)node.Attribute("name") ?? throw new WsdlException($"{Describe(node)} has no name");
        try
        {
            return System.Xml.XmlConvert.VerifyNCName(name.Trim());
        }
        catch (Exception e) when (e is System.Xml.XmlException or ArgumentException)
        {
            throw new WsdlException($"'{name}' is no name of an element or attribute", e);
        }
    }

    private static string Describe(XElement node) => $"xsd:{node.Name.LocalName} in '{(string?)node.Ancestors().FirstOrDefault(a => a.Attribute("name") is not null)?.Attribute("name") ?? "a schema"}'";

    private static void Check(int depth, XElement node)
    {
        if (depth > DeepestNesting) throw new WsdlException($"{Describe(node)} is nested, or derived, deeper than {DeepestNesting} levels");
    }

    private void Count()
    {
        if (++_parts > MostParts) throw new WsdlException($"the schemas have more than {MostParts} parts");
    }
}
