using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Foundation.Schema;

/// <summary>JSON Schema (2020-12) of configuration records, for editors, forms and other people's tools.</summary>
/// <param name="customTypes">Schemas of types that have a reader of their own.</param>
public sealed class JsonSchema(IReadOnlyDictionary<Type, Func<JsonObject>>? customTypes = null)
{
    private readonly SortedDictionary<string, JsonObject> _definitions = new(StringComparer.Ordinal);

    /// <summary>The schema of <paramref name="type"/> alone.</summary>
    public static JsonObject Of(Type type)
    {
        var schema = new JsonSchema();
        var root = schema.Record(type);
        return schema.Finish(root);
    }

    /// <summary>Adds what <paramref name="root"/> refers to and makes it a whole document.</summary>
    public JsonObject Finish(JsonObject root)
    {
        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        if (_definitions.Count > 0)
            root["$defs"] = new JsonObject(_definitions.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value)));
        return root;
    }

    /// <summary>Names a schema that others refer to; gives the reference.</summary>
    public JsonObject Define(string name, Func<JsonObject> make)
    {
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = [];
            _definitions[name] = make();
        }
        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    /// <summary>The object schema of a record, in place.</summary>
    public JsonObject Record(Type type)
    {
        var plan = RecordPlan.For(type);
        var defaults = plan.Create();
        var properties = new JsonObject();
        foreach (var field in plan.Fields)
        {
            var schema = Value(field.Value);
            if (DocComments.Of(field.Property) is { } text)
                schema["description"] = text;
            if (!field.Required && field.Property.GetValue(defaults) is { } value && Default(value) is { } shown)
                schema["default"] = shown;
            if (field.Secret)
                schema["writeOnly"] = true;
            properties[field.Name] = schema;
            foreach (var alias in field.Aliases)
                properties[alias] = Older(Value(field.Value), field.Name);
        }
        foreach (var shorthand in plan.Shorthands)
            properties.TryAdd(shorthand.Name, Older(At(plan, shorthand.Path) is { } target ? Value(target) : [], shorthand.Path));
        var result = new JsonObject { ["type"] = "object" };
        if (DocComments.Of(type) is { } summary)
            result["description"] = summary;
        result["properties"] = properties;
        if (plan.Fields.Any(f => f.Required))
            result["required"] = new JsonArray([.. plan.Fields.Where(f => f.Required).Select(f => (JsonNode)f.Name)]);
        result["additionalProperties"] = false;
        return result;
    }

    private static JsonObject Older(JsonObject schema, string name)
    {
        schema["$comment"] = $"older name of {name}";
        schema["deprecated"] = true;
        return schema;
    }

    /// <summary>What a dotted path inside a record leads to.</summary>
    private static ValuePlan? At(RecordPlan plan, string path)
    {
        ValuePlan? at = null;
        foreach (var name in path.Split('.'))
        {
            at = plan.Find(name)?.Value;
            if (at is NestedPlan nested)
                plan = RecordPlan.For(nested.Type);
        }
        return at;
    }

    private JsonObject Value(ValuePlan plan)
    {
        if (customTypes is not null && customTypes.TryGetValue(plan.Type, out var custom))
        {
            // What its reader allows besides (an expression) only it knows: the values are a hint for forms.
            var schema = custom();
            if (plan.Constraints.OneOf is { } values)
                schema["examples"] = Array(values);
            return schema;
        }
        return plan switch
        {
            ListPlan list => List(list),
            MapPlan map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(map.Element) },
            NestedPlan => Define(plan.Type.Name, () => Record(plan.Type)),
            EnumPlan named => new JsonObject { ["enum"] = Array(named.Names) },
            BooleanPlan => new JsonObject { ["type"] = "boolean" },
            GuidPlan => new JsonObject { ["type"] = "string", ["format"] = "uuid" },
            IntegerPlan => Bounds(new JsonObject { ["type"] = "integer" }, plan.Constraints),
            NumberPlan => Bounds(new JsonObject { ["type"] = "number" }, plan.Constraints),
            TextPlan => Text(plan.Constraints, isElement: false),
            _ => [],
        };
    }

    private JsonObject List(ListPlan list)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = list.Element is TextPlan ? Text(list.Constraints, isElement: true) : Value(list.Element) };
        if (list.Constraints.Length is { } length)
        {
            schema["minItems"] = length.Min;
            if (length.Max != int.MaxValue)
                schema["maxItems"] = length.Max;
        }
        return schema;
    }

    private static JsonObject Text(Constraints constraints, bool isElement)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (constraints.OneOf is not null)
            schema["enum"] = Array(constraints.OneOf);
        if (constraints.Pattern is not null)
            schema["pattern"] = "^(?:" + constraints.Pattern.Pattern + ")$";
        var length = isElement ? null : constraints.Length;
        if (length is not null || !constraints.AllowEmpty)
            schema["minLength"] = length?.Min ?? 1;
        if (length is not null && length.Max != int.MaxValue)
            schema["maxLength"] = length.Max;
        return schema;
    }

    private static JsonObject Bounds(JsonObject schema, Constraints constraints)
    {
        if (constraints.Between is { } between)
        {
            schema["minimum"] = between.Min;
            schema["maximum"] = between.Max;
        }
        if (constraints.GreaterThan is { } greater)
            schema["exclusiveMinimum"] = greater.Bound;
        if (constraints.OneOfNumbers is { } numbers)
            schema["enum"] = new JsonArray([.. numbers.Select(n => (JsonNode)n)]);
        return schema;
    }

    private static JsonArray Array(IReadOnlyList<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    /// <summary>A default that says something: nested records have their own, and an empty text stands for none.</summary>
    internal static JsonNode? Default(object value) => value switch
    {
        string { Length: > 0 } text => text,
        string => null,
        Enum named => EnumPlan.NameOf(named.GetType(), named.ToString()),
        bool or int or long or double => JsonSerializer.SerializeToNode(value),
        Guid or IDictionary => null,
        IEnumerable<string> texts => new JsonArray([.. texts.Select(t => (JsonNode)t)]),
        IEnumerable<int> numbers => new JsonArray([.. numbers.Select(n => (JsonNode)n)]),
        _ => null,
    };
}
