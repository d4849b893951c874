using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>Writes JSON as the elements that a schema asks for: in its order, checked, with the path in every error.</summary>
/// <param name="encoded">Whether each element says its type, as SOAP's own encoding has it.</param>
internal sealed class JsonToXml(XmlWriter writer, StringBuilder written, bool encoded = false)
{
    public const string TypeField = "@xsi:type";
    public const string TextField = "#text";
    public const string NamespaceField = "@xmlns";

    private const int DeepestNesting = 100;
    private const int MostCharacters = 32 << 20;

    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    public void Element(XsdElement element, JsValue value, string path, int depth = 0)
    {
        if (depth > DeepestNesting) throw Wrong(path, $"nested deeper than {DeepestNesting} levels");
        if (written.Length > MostCharacters) throw Wrong(path, $"the message is longer than {MostCharacters >> 20} MiB");
        Start(element.Name);
        if (value.IsNull && element.Nillable)
        {
            writer.WriteAttributeString("xsi", "nil", XmlNames.Instance.NamespaceName, "true");
        }
        else if (element.Type is XsdSimpleType simple)
        {
            if (encoded) SayType(simple.Name);
            if (value.AsObject is { } map && map.TryGet(TextField, out var text) && map.Count == 1) value = text;
            writer.WriteString(Simple(value, simple, path));
        }
        else
        {
            Complex((XsdComplexType)element.Type, value, path, depth);
        }

        writer.WriteEndElement();
    }

    /// <summary>Any data as an element: fields are elements, <c>@name</c> attributes, <c>#text</c> the text.</summary>
    public void Any(XName name, JsValue value, string path, int depth)
    {
        if (depth > DeepestNesting) throw Wrong(path, $"nested deeper than {DeepestNesting} levels");
        if (written.Length > MostCharacters) throw Wrong(path, $"the message is longer than {MostCharacters >> 20} MiB");
        if (!encoded && value.AsArray is { } list)
        {
            for (var i = 0; i < list.Count; i++) Any(name, list[i], At(path, i), depth + 1);
            return;
        }

        Start(value.AsObject?[NamespaceField].AsString is { } ns ? XName.Get(name.LocalName, ns) : name);
        AnyContent(value, path, depth);
        writer.WriteEndElement();
    }

    /// <summary>The name that a field of any data stands for: <c>{namespace}name</c>, or a name in the namespace around it.</summary>
    public static XName NameOf(string field, XNamespace around, string path)
    {
        var close = field.StartsWith('{') ? field.IndexOf('}', StringComparison.Ordinal) : -1;
        var local = field[(close + 1)..];
        if (!XmlText.IsName(local)) throw Wrong(path, "that is no name of an element");
        return close > 0 ? XName.Get(local, field[1..close]) : around + local;
    }

    public static NodeException Wrong(string path, string message) => new(path.Length == 0 ? message : $"{path}: {message}") { Retryable = false, Code = "INVALID_INPUT" };

    private void AnyContent(JsValue value, string path, int depth)
    {
        if (value.AsReference is { } reference and not (JsObject or JsArray)) value = reference.ToJson();
        if (encoded && value.AsArray is not null)
        {
            EncodedArray(XsdBuiltIns.AnyArray, value, path, depth);
            return;
        }

        if (encoded) SayType(value.IsString ? XmlNames.Schema + "string" : value.IsBoolean ? XmlNames.Schema + "boolean" : value.IsNumber ? XmlNames.Schema + (SimpleValues.Write(value, Int, out _) is null ? "double" : "int") : null);
        if (value.IsNull)
        {
            writer.WriteAttributeString("xsi", "nil", XmlNames.Instance.NamespaceName, "true");
        }
        else if (value.AsObject is { } map)
        {
            var inner = map[NamespaceField].AsString is { } own ? (XNamespace)own : Around;
            foreach (var (name, content) in map)
                if (name.StartsWith('@') && name is not (NamespaceField or TypeField) && !content.IsUndefined) Attribute(NameOf(name[1..], XNamespace.None, Join(path, name)), ParameterValues.ToText(content), Join(path, name));
            foreach (var (name, content) in map)
            {
                if (name == TextField) writer.WriteString(Text(content, path));
                else if (!name.StartsWith('@') && !content.IsUndefined) Any(NameOf(name, inner, Join(path, name)), content, Join(path, name), depth + 1);
            }
        }
        else if (value.AsArray is not null)
        {
            throw Wrong(path, "expected an object or a text, not an array");
        }
        else
        {
            writer.WriteString(Text(value, path));
        }
    }

    private static readonly XsdSimpleType Int = (XsdSimpleType)XsdBuiltIns.Find("int")!;

    private XNamespace Around { get; set; } = XNamespace.None;

    private void Complex(XsdComplexType type, JsValue value, string path, int depth)
    {
        var map = value.AsObject;
        if (map?[TypeField].AsString is { } said) type = Derived(type, said, path);
        else if (type.IsAbstract) throw Wrong(path, $"'{TypeField}' must say which type it is: {string.Join(", ", type.Derived.Where(d => !d.IsAbstract).Select(d => d.Name!.LocalName).Take(20))}");
        else if (encoded && type is { IsAny: false, ItemType: null }) SayType(type.Name);
        if (type.IsAny)
        {
            AnyContent(value, path, depth);
            return;
        }

        if (type.ItemType is not null && (encoded || value.AsArray is not null))
        {
            EncodedArray(type, value, path, depth);
            return;
        }

        if (map is null)
        {
            // Text alone is enough where there is nothing but text.
            if (type.Text is not null && value.AsArray is null && !value.IsNullish) map = new JsObject { [TextField] = value };
            else if (type.Mixed && type.Content is null && (value.IsString || value.IsNumber || value.IsBoolean)) map = new JsObject { [TextField] = value };
            else if (type.Fields.Count == 0 && (value.IsNullish || value.AsString is "")) map = new JsObject();
            else throw Wrong(path, $"expected an object, not {ParameterValues.Describe(value)}");
        }

        Attributes(type, map, path);
        if (map.TryGet(TextField, out var text) && !text.IsUndefined)
        {
            if (type.Text is null && !type.Mixed) throw Wrong(Join(path, TextField), "there is no text here, only elements");
            writer.WriteString(type.Text is { } simple ? Simple(text, simple, Join(path, TextField)) : Text(text, path));
        }
        else if (type.Text is { } required && Simple("", required, null) is null)
        {
            throw Wrong(Join(path, TextField), "required");
        }

        var content = new Fields(map, type, path);
        if (type.Content is { } particle) Particle(particle, content, path, depth);
        content.ThrowIfLeft();
    }

    private XsdComplexType Derived(XsdComplexType type, string said, string path)
    {
        var found = type.Name is not null && Is(type, said) ? type : type.Derived.Find(d => Is(d, said));
        if (found is null && type.IsAny) return type;
        if (found is null) throw Wrong(Join(path, TypeField), $"'{said}' is none of {string.Join(", ", type.Derived.Prepend(type).Where(d => !d.IsAbstract && d.Name is not null).Select(d => d.Name!.LocalName).Take(20))}");
        SayType(found.Name);
        return found;

        static bool Is(XsdComplexType type, string said) => type.Name is { } name && (said == name.LocalName || said == XsdSchemas.Show(name));
    }

    private void SayType(XName? name)
    {
        if (name is not null) writer.WriteAttributeString("xsi", "type", XmlNames.Instance.NamespaceName, Qualified(name));
    }

    private string Qualified(XName name)
    {
        if (name.NamespaceName.Length == 0) return name.LocalName;
        var prefix = Prefix(name.NamespaceName);
        if (writer.LookupPrefix(name.NamespaceName) is null) writer.WriteAttributeString("xmlns", prefix, null, name.NamespaceName);
        return $"{prefix}:{name.LocalName}";
    }

    /// <summary>An array of SOAP's own encoding; in a literal message, the elements alone.</summary>
    private void EncodedArray(XsdComplexType type, JsValue value, string path, int depth)
    {
        if (value.AsArray is not { } list) throw Wrong(path, $"expected an array, not {ParameterValues.Describe(value)}");
        if (encoded)
        {
            SayType(XmlNames.Encoding + "Array");
            // Of arrays, the outer one says the type of the innermost (SOAP 1.1, 5.4.2).
            var dimensions = "";
            var items = type.ItemType!;
            for (; items is XsdComplexType { ItemType: { } inner, Name: null }; items = inner) dimensions += "[]";
            var name = items.Name ?? XmlNames.Schema + "anyType";
            writer.WriteAttributeString(Prefix(XmlNames.Encoding.NamespaceName), "arrayType", XmlNames.Encoding.NamespaceName, string.Create(CultureInfo.InvariantCulture, $"{Qualified(name)}{dimensions}[{list.Count}]"));
        }

        var item = new XsdElement { Name = XName.Get(type.ItemName), Type = type.ItemType!, Nillable = true };
        for (var i = 0; i < list.Count; i++) Element(item, list[i], At(path, i), depth + 1);
    }

    private void Attributes(XsdComplexType type, JsObject map, string path)
    {
        foreach (var attribute in type.Attributes)
        {
            var field = "@" + attribute.Name.LocalName;
            if (map[field] is { IsNullish: false } value) Attribute(attribute.Name, Simple(value, attribute.Type, Join(path, field))!, path);
            else if (attribute.Required) Attribute(attribute.Name, attribute.Fixed ?? throw Wrong(Join(path, field), "required"), path);
        }

        foreach (var (name, value) in map)
        {
            if (!name.StartsWith('@') || name is TypeField or NamespaceField || value.IsUndefined || type.Attributes.Exists(a => name.AsSpan(1).SequenceEqual(a.Name.LocalName))) continue;
            if (!type.AnyAttribute) throw Wrong(Join(path, name), type.Attributes.Count == 0 ? "there is no such attribute, nor any other" : $"there is no such attribute; there are {string.Join(", ", type.Attributes.Select(a => "@" + a.Name.LocalName).Take(30))}");
            Attribute(NameOf(name[1..], XNamespace.None, Join(path, name)), Text(value, Join(path, name)), path);
        }
    }

    private void Particle(XsdParticle particle, Fields fields, string path, int depth)
    {
        switch (particle)
        {
            case XsdElementParticle element:
                Elements(element, fields, path, depth);
                break;
            case XsdAny any:
                for (var count = 0; count < any.Most && fields.NextUnknown(out var name, out var value, out var at); count++) Any(NameOf(name, XNamespace.None, at), value, at, depth + 1);
                break;
            case XsdGroup { Kind: XsdGroupKind.Choice } choice:
                for (var round = 0; round < choice.Most; round++)
                {
                    var alternative = Alternative(choice, fields);
                    if (alternative is null && (round >= choice.Least || choice.IsEmptiable)) break;
                    if (alternative is null) throw Wrong(path, $"one of {string.Join(", ", XsdField.Of(choice).Keys.Take(20))} is required");
                    Particle(alternative, fields, path, depth);
                }

                break;
            case XsdGroup group:
                for (var round = 0; round < group.Most; round++)
                {
                    var any = group.Mentions(fields.Has) || (group.HasAny && fields.HasUnknown);
                    if (!any && round >= group.Least) break;
                    foreach (var child in group.Children) Particle(child, fields, path, depth);
                    if (!any) break;
                }

                break;
        }
    }

    /// <summary>The alternative whose fields are there; of several, the first that has all that it needs.</summary>
    private static XsdParticle? Alternative(XsdGroup choice, Fields fields)
    {
        XsdParticle? first = null;
        foreach (var child in choice.Children)
        {
            if (!child.Mentions(fields.Has) && !(child.HasAny && fields.HasUnknown)) continue;
            if (Satisfied(child, fields)) return child;
            first ??= child;
        }

        return first;
    }

    private static bool Satisfied(XsdParticle particle, Fields fields) => particle.Least == 0 || particle switch
    {
        XsdElementParticle => particle.Mentions(fields.Has),
        XsdGroup { Kind: XsdGroupKind.Choice } choice => choice.Children.Any(c => Satisfied(c, fields)),
        XsdGroup group => group.Children.All(c => Satisfied(c, fields)),
        _ => true,
    };

    private void Elements(XsdElementParticle particle, Fields fields, string path, int depth)
    {
        var count = 0;
        foreach (var element in particle.Element.AllOf())
            for (; count < particle.Most && fields.Next(element, out var value, out var at); count++) Element(element, value, at, depth + 1);
        if (count >= particle.Least) return;
        var name = particle.Element.Name.LocalName;
        if (particle.Element.IsAbstract) throw Wrong(path, $"one of {string.Join(", ", particle.Element.AllOf().Select(e => e.Name.LocalName).Take(20))} is required");
        throw Wrong(Join(path, name), particle.Least == 1 ? "required" : string.Create(CultureInfo.InvariantCulture, $"at least {particle.Least} are required"));
    }

    private void Start(XName name)
    {
        Around = name.Namespace;
        if (name.NamespaceName.Length == 0) writer.WriteStartElement("", name.LocalName, "");
        else writer.WriteStartElement(Prefix(name.NamespaceName), name.LocalName, name.NamespaceName);
    }

    private void Attribute(XName name, string value, string path)
    {
        if (!XmlText.IsWritable(value)) throw Wrong(path, "control characters cannot be sent");
        if (name.NamespaceName.Length == 0) writer.WriteAttributeString(name.LocalName, value);
        else if (name.Namespace == XNamespace.Xml) writer.WriteAttributeString("xml", name.LocalName, name.NamespaceName, value);
        else writer.WriteAttributeString(Prefix(name.NamespaceName), name.LocalName, name.NamespaceName, value);
    }

    private string Prefix(string ns) => writer.LookupPrefix(ns) is { Length: > 0 } there ? there
        : _prefixes.TryGetValue(ns, out var prefix) ? prefix : _prefixes[ns] = string.Create(CultureInfo.InvariantCulture, $"n{_prefixes.Count + 1}");

    private static string? Simple(JsValue value, XsdSimpleType type, string? path)
    {
        if (SimpleValues.Write(value, type, out var expected) is { } text) return text;
        return path is null ? null : throw Wrong(path, $"expected {expected}, not {ParameterValues.Describe(value)}");
    }

    private static string Text(JsValue value, string path)
    {
        var text = ParameterValues.ToText(value);
        return XmlText.IsWritable(text) ? text : throw Wrong(path, "control characters cannot be sent");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>The fields of an object, and how many values of each have been written.</summary>
    private sealed class Fields
    {
        private readonly Dictionary<string, (JsValue Value, int Next)> _left = new(StringComparer.Ordinal);
        private readonly XsdComplexType _type;
        private readonly string _path;
        private readonly List<string> _unknown = [];

        public Fields(JsObject map, XsdComplexType type, string path)
        {
            _type = type;
            _path = path;
            foreach (var (name, value) in map)
            {
                if (name.StartsWith('@') || name == TextField || value.IsUndefined) continue;
                if (type.Fields.TryGetValue(name, out var field))
                {
                    if (value.IsNull && !field.Element.Nillable) continue;
                }
                else if (type.HasAny)
                {
                    _unknown.Add(name);
                }
                else
                {
                    throw Wrong(Join(path, name), type.Fields.Count == 0 ? "there is no such field, nor any other" : $"there is no such field; there are {string.Join(", ", type.Fields.Keys.Take(30))}");
                }

                if (value.AsArray is not { Count: 0 } || IsArray(name)) _left.Add(name, (value, 0));
            }
        }

        public bool HasUnknown => _unknown.Exists(_left.ContainsKey);

        public bool Has(string name) => _left.ContainsKey(name);

        public bool Next(XsdElement element, out JsValue value, out string path) => Next(element.Name.LocalName, out value, out path, IsArray(element.Name.LocalName));

        public bool NextUnknown(out string name, out JsValue value, out string path)
        {
            name = _unknown.Find(_left.ContainsKey) ?? "";
            return Next(name, out value, out path, isWhole: false);
        }

        /// <summary>Whether an array is the value, not several values.</summary>
        private bool IsArray(string name) => _type.Fields.TryGetValue(name, out var field) && field is { IsList: false, Element.Type: XsdComplexType { ItemType: not null } };

        public void ThrowIfLeft()
        {
            foreach (var (name, (value, next)) in _left)
                throw Wrong(Join(_path, name), next > 0 ? next == 1 ? "expected one, not a list of several" : string.Create(CultureInfo.InvariantCulture, $"at most {next} are allowed")
                    : _type.Fields.ContainsKey(name) ? "not allowed together with the other fields: it is one of a choice" : "there is no such field");
        }

        private bool Next(string name, out JsValue value, out string path, bool isWhole)
        {
            path = Join(_path, name);
            value = default;
            if (!_left.TryGetValue(name, out var left)) return false;
            value = left.Value;
            if (!isWhole && left.Value.AsArray is { } list)
            {
                value = list[left.Next];
                path = At(path, left.Next);
                if (left.Next + 1 < list.Count)
                {
                    _left[name] = (left.Value, left.Next + 1);
                    return true;
                }
            }

            _left.Remove(name);
            return true;
        }
    }
}
