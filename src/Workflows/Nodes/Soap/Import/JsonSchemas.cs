using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Workflows.Nodes.Soap.Messages;
using Sluice.Workflows.Nodes.Soap.Schemas;

namespace Sluice.Workflows.Nodes.Soap.Import;

/// <summary>JSON Schema of what elements are as JSON; types inside of others become components, so that circles and long chains end.</summary>
internal sealed class JsonSchemas
{
    private readonly Dictionary<XsdComplexType, string> _names = [];
    private readonly Queue<(string Name, XsdComplexType Type)> _later = new();
    private readonly JsonObject _components = new() { [OpenApiWriter.FailureSchema] = new JsonObject() };

    /// <summary>The components that all schemas given so far refer to.</summary>
    public JsonObject Components()
    {
        while (_later.TryDequeue(out var next)) _components[next.Name] = Object(next.Type);
        return _components;
    }

    /// <summary>The schema of a body: its fields right there.</summary>
    public JsonObject OfBody(XsdElement element) => element.Type is XsdComplexType { IsAny: false, Name: null } complex && !_names.ContainsKey(complex) ? Nullable(element, Object(complex)) : Of(element);

    public JsonObject Of(XsdElement element) => Nullable(element, Of(element.Type, element.Name.LocalName));

    private JsonObject Of(XsdType type, string name) => type switch
    {
        XsdSimpleType simple => Simple(simple),
        XsdComplexType { IsAny: true } => [],
        var complex => Reference((XsdComplexType)complex, name),
    };

    private static JsonObject Nullable(XsdElement element, JsonObject schema)
    {
        if (!element.Nillable || schema.Count == 0) return schema;
        if (schema["type"] is not JsonValue type || schema.ContainsKey("enum")) return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        schema["type"] = new JsonArray((string?)type, "null");
        return schema;
    }

    private JsonObject Reference(XsdComplexType type, string element)
    {
        if (!_names.TryGetValue(type, out var name))
        {
            var wanted = string.Concat((type.Name?.LocalName ?? element).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
            name = wanted;
            for (var number = 2; _components.ContainsKey(name); number++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{number}");
            _names[type] = name;
            _components[name] = new JsonObject();
            _later.Enqueue((name, type));
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private static JsonObject Simple(XsdSimpleType type)
    {
        if (type.Items is { } items) return new JsonObject { ["type"] = "array", ["items"] = Simple(items) };
        var schema = type.Primitive switch
        {
            XsdPrimitive.Boolean => new JsonObject { ["type"] = "boolean" },
            XsdPrimitive.Integer => new JsonObject { ["type"] = "integer" },
            XsdPrimitive.Decimal or XsdPrimitive.Double => new JsonObject { ["type"] = "number" },
            XsdPrimitive.Date => Text("date"),
            XsdPrimitive.DateTime => Text("date-time"),
            XsdPrimitive.Time => Text("time"),
            XsdPrimitive.Base64 => new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
            _ => new JsonObject { ["type"] = "string" },
        };
        if (type.Words is { } words && (string?)schema["type"] is "string") schema["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]);
        if (type.Primitive == XsdPrimitive.Integer && type.Least is { } least and > -9_007_199_254_740_991) schema["minimum"] = least;
        if (type.Primitive == XsdPrimitive.Integer && type.Most is { } most and < 9_007_199_254_740_991) schema["maximum"] = most;
        return schema;

        static JsonObject Text(string format) => new() { ["type"] = "string", ["format"] = format };
    }

    private JsonObject Object(XsdComplexType type)
    {
        if (type.ItemType is { } items) return new JsonObject { ["type"] = "array", ["items"] = Of(items, type.ItemName) };
        var properties = new JsonObject();
        var required = new List<string>();
        foreach (var attribute in type.Attributes)
        {
            properties["@" + attribute.Name.LocalName] = Simple(attribute.Type);
            if (attribute.Required && attribute.Fixed is null) required.Add("@" + attribute.Name.LocalName);
        }

        if (type.Text is { } text)
        {
            properties[JsonToXml.TextField] = Simple(text);
            required.Add(JsonToXml.TextField);
        }

        foreach (var (name, field) in type.Fields)
            properties[name] = field.IsList ? new JsonObject { ["type"] = "array", ["items"] = Of(field.Element) } : Of(field.Element);
        if (type.Content is { } content) Required(content, required);
        if (type.Derived.Count > 0) properties[JsonToXml.TypeField] = new JsonObject { ["type"] = "string", ["description"] = "Which type it is.", ["enum"] = new JsonArray([.. type.Derived.Prepend(type).Where(d => !d.IsAbstract && d.Name is not null).Select(d => (JsonNode)d.Name!.LocalName)]) };
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0) schema["required"] = new JsonArray([.. required.Distinct(StringComparer.Ordinal).Select(r => (JsonNode)r)]);
        if (!type.HasAny && !type.AnyAttribute && !type.Mixed && type.Derived.Count == 0) schema["additionalProperties"] = false;
        return schema;
    }

    /// <summary>What is there whatever else is: nothing of a choice.</summary>
    private static void Required(XsdParticle particle, List<string> required)
    {
        if (particle.Least == 0) return;
        if (particle is XsdElementParticle { Element: { IsAbstract: false, Substitutes.Count: 0 } element }) required.Add(element.Name.LocalName);
        else if (particle is XsdGroup { Kind: not XsdGroupKind.Choice } group) foreach (var child in group.Children) Required(child, required);
    }
}
