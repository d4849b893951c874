using System.Xml.Linq;
using Sluice.Workflows.Data;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Messages;

/// <summary>Reads elements as the JSON that their types say. What a schema does not know is kept as it is: services add things.</summary>
internal static class XmlToJson
{
    private const int DeepestNesting = 100;

    public static JsValue Read(XElement element, XsdType type, int depth = 0)
    {
        Check(depth);
        if (IsNil(element)) return JsValue.Null;
        if (type is XsdSimpleType simple) return SimpleValues.Read(element.Value, simple);
        var declared = (XsdComplexType)type;
        var complex = Actual(element, declared, out var builtIn);
        if (builtIn is not null) return SimpleValues.Read(element.Value, builtIn);
        if (complex.IsAny) return Any(element, depth, keepNamespaces: true);
        if (complex.ItemType is { } items) return new JsArray([.. element.Elements().Select(e => Read(e, items, depth + 1))]);
        var json = new JsObject();
        if (complex != declared) json.Set(JsonToXml.TypeField, complex.Name!.LocalName);
        foreach (var attribute in element.Attributes())
        {
            if (!IsData(attribute)) continue;
            var known = complex.Attributes.Find(a => a.Name == attribute.Name || (a.Name.LocalName == attribute.Name.LocalName && attribute.Name.Namespace == XNamespace.None));
            json.Set("@" + attribute.Name.LocalName, known is null ? attribute.Value : SimpleValues.Read(attribute.Value, known.Type));
        }

        if (complex.Text is { } text) json.Set(JsonToXml.TextField, SimpleValues.Read(element.Value, text));
        else if (complex.Mixed && TextOf(element) is { Length: > 0 } mixed) json.Set(JsonToXml.TextField, mixed);
        foreach (var child in element.Elements())
        {
            if (complex.Fields.TryGetValue(child.Name.LocalName, out var field)) Add(json, child.Name.LocalName, Read(child, field.Element.Type, depth + 1), field.IsList);
            else Add(json, child.Name.LocalName, Any(child, depth + 1, keepNamespaces: true), isList: false);
        }

        foreach (var (name, field) in complex.Fields)
            if (field.IsAlways && !json.Contains(name)) json.Set(name, new JsArray());
        return json;
    }

    /// <summary>Any element: text where there is nothing else, otherwise an object.</summary>
    /// <param name="keepNamespaces">Whether a namespace that is not the one around it is kept, as <c>@xmlns</c>, so that it can be sent back.</param>
    public static JsValue Any(XElement element, int depth, bool keepNamespaces)
    {
        Check(depth);
        if (IsNil(element)) return JsValue.Null;
        if (element.Attribute(XmlNames.Encoding + "arrayType") is not null) return new JsArray([.. element.Elements().Select(e => Any(e, depth + 1, keepNamespaces))]);
        if (IsMap(element)) return Map(element, depth, keepNamespaces);
        var json = new JsObject();
        if (keepNamespaces && element.Name.Namespace != (element.Parent?.Name.Namespace ?? XNamespace.None)) json.Set(JsonToXml.NamespaceField, element.Name.NamespaceName);
        foreach (var attribute in element.Attributes())
            if (IsData(attribute)) json.Set("@" + attribute.Name.LocalName, attribute.Value);
        foreach (var child in element.Elements()) Add(json, child.Name.LocalName, Any(child, depth + 1, keepNamespaces), isList: false);
        var value = element.HasElements ? (JsValue)TextOf(element) : BuiltIn(element) is { } type ? SimpleValues.Read(element.Value, type) : element.Value;
        if (json.Count == 0 && !element.HasElements) return value;
        if (value.AsString is not "") json.Set(JsonToXml.TextField, value);
        return json;
    }

    /// <summary>Attributes that are not about XML or SOAP itself.</summary>
    private static bool IsData(XAttribute attribute) => !attribute.IsNamespaceDeclaration && attribute.Name.Namespace != XmlNames.Instance && attribute.Name.Namespace != XmlNames.Encoding && attribute.Name != XmlNames.Soap11 + "encodingStyle";

    /// <summary>Whether it is what services of PHP and Apache say for an array with names.</summary>
    private static bool IsMap(XElement element) =>
        ((string?)element.Attribute(XmlNames.Instance + "type"))?.Split(':') is [var prefix, "Map"] && element.GetNamespaceOfPrefix(prefix) == XmlNames.ApacheSoap;

    private static JsObject Map(XElement element, int depth, bool keepNamespaces)
    {
        var json = new JsObject();
        foreach (var item in element.Elements())
            if (item.Element("key") is { } key) json.Set(key.Value, item.Element("value") is { } value ? Any(value, depth + 1, keepNamespaces) : JsValue.Null);
        return json;
    }

    private static void Add(JsObject json, string name, JsValue value, bool isList)
    {
        if (!json.TryGet(name, out var there)) json.Set(name, isList ? new JsArray([value]) : value);
        else if (there.AsArray is { } list) list.Add(value);
        else json.Set(name, new JsArray([there, value]));
    }

    /// <summary>The type that the element says it is of.</summary>
    private static XsdComplexType Actual(XElement element, XsdComplexType declared, out XsdSimpleType? builtIn)
    {
        builtIn = declared.IsAny ? BuiltIn(element) : null;
        if ((string?)element.Attribute(XmlNames.Instance + "type") is not { } said || declared.Derived.Count == 0) return declared;
        var local = said.AsSpan().Trim();
        local = local[(local.IndexOf(':') + 1)..];
        foreach (var derived in declared.Derived)
            if (local.SequenceEqual(derived.Name!.LocalName)) return derived;
        return declared;
    }

    private static XsdSimpleType? BuiltIn(XElement element)
    {
        if ((string?)element.Attribute(XmlNames.Instance + "type") is not { } said) return null;
        var colon = said.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && element.GetNamespaceOfPrefix(said[..colon]) == XmlNames.Schema ? XsdBuiltIns.Find(said[(colon + 1)..]) as XsdSimpleType : null;
    }

    private static bool IsNil(XElement element) => ((string?)element.Attribute(XmlNames.Instance + "nil"))?.Trim() is "true" or "1";

    private static string TextOf(XElement element) => string.Concat(element.Nodes().OfType<XText>().Select(t => t.Value)).Trim();

    private static void Check(int depth)
    {
        if (depth > DeepestNesting) throw new NodeException($"the answer is nested deeper than {DeepestNesting} levels") { Retryable = false };
    }
}
