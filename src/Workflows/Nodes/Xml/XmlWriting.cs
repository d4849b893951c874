using System.Text;
using System.Xml;
using Sluice.Workflows.Data;

namespace Sluice.Workflows.Nodes.Xml;

/// <summary>Objects as XML: fields are elements, a list is several of one name.</summary>
internal static class XmlWriting
{
    public static string Write(JsObject json, XmlOptions options)
    {
        var text = new StringBuilder();
        if (!options.Headless) text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        JsValue root = json;
        var name = options.RootName;
        // An object with one field has its outermost element already.
        if (json.Count == 1 && options.RootName is "root")
            foreach (var (only, value) in json) (name, root) = (only, value.AsArray is { } list && list.All(e => e.AsObject is null) ? "" : value);

        Element(text, name, root, options, 0);
        return text.ToString().TrimEnd('\n');
    }

    private static void Element(StringBuilder text, string name, JsValue value, XmlOptions options, int depth)
    {
        if (value.AsArray is { } list)
        {
            foreach (var element in list) Element(text, name, element, options, depth);
            return;
        }

        try
        {
            XmlConvert.VerifyName(name);
        }
        catch (Exception e) when (e is XmlException or ArgumentException)
        {
            throw new NodeException($"'{name}' is no name of an XML element", e) { Retryable = false };
        }

        text.Append(' ', depth * 2).Append('<').Append(name);
        var map = value.AsObject;
        if (map?[options.AttributeKey].AsObject is { } attributes)
            foreach (var (attribute, content) in attributes) text.Append(' ').Append(attribute).Append("=\"").Append(EscapeAttribute(ParameterValues.ToText(content))).Append('"');
        if (map is null)
        {
            var plain = ParameterValues.ToText(value);
            text.Append(plain.Length == 0 ? "/>\n" : $">{Text(plain, options)}</{name}>\n");
            return;
        }

        var children = map.Where(f => !string.Equals(f.Key, options.AttributeKey, StringComparison.Ordinal) && !string.Equals(f.Key, options.TextKey, StringComparison.Ordinal)).ToList();
        var own = map[options.TextKey] is { IsUndefined: false } characters ? ParameterValues.ToText(characters) : "";
        if (children.Count == 0)
        {
            text.Append(own.Length == 0 ? "/>\n" : $">{Text(own, options)}</{name}>\n");
            return;
        }

        text.Append(">\n");
        foreach (var (child, content) in map)
        {
            if (string.Equals(child, options.AttributeKey, StringComparison.Ordinal)) continue;
            if (!string.Equals(child, options.TextKey, StringComparison.Ordinal)) Element(text, child, content, options, depth + 1);
            else if (own.Length > 0) text.Append(' ', depth * 2 + 2).Append(Text(own, options)).Append('\n');
        }

        text.Append(' ', depth * 2).Append("</").Append(name).Append(">\n");
    }

    private static string Text(string text, XmlOptions options) => options.Cdata && text.AsSpan().ContainsAny('<', '&', '>')
        ? $"<![CDATA[{text.Replace("]]>", "]]]]><![CDATA[>", StringComparison.Ordinal)}]]>"
        : Escape(text);

    private static string EscapeAttribute(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal)
        .Replace("\t", "&#x9;", StringComparison.Ordinal).Replace("\n", "&#xA;", StringComparison.Ordinal).Replace("\r", "&#xD;", StringComparison.Ordinal);

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
