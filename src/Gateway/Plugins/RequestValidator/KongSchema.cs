using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Plugins.RequestValidator;

/// <summary>Kong's own schema: a record of fields, each with a type and validators. What it says is what Kong's says (kong/db/schema/init.lua of 3.9).</summary>
internal sealed class KongSchema
{
    private const int MaxDepth = 50;

    private readonly KongField root;

    private KongSchema(KongField root) => this.root = root;

    /// <param name="schema">The list of fields, each an object with the name of the field and its definition.</param>
    public static (KongSchema? Schema, string? Problem) Compile(JsonNode? schema)
    {
        try
        {
            return (new KongSchema(new KongField { Type = KongType.Record, Fields = Fields(schema, "", 0) }), null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair is no text, which shows only when it is asked for.
            return (null, "the schema has a string that is not valid Unicode");
        }
    }

    /// <summary>What is wrong, field by field; null when nothing is.</summary>
    public JsonNode? Check(JsonElement body) => root.Check(body);

    private static Dictionary<string, KongField> Fields(JsonNode? list, string at, int depth)
    {
        if (list is not JsonArray array) throw new FormatException($"{(at.Length == 0 ? "the schema" : at)} must be a list of fields");
        var fields = new Dictionary<string, KongField>(StringComparer.Ordinal);
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is not JsonObject { Count: 1 } field) throw new FormatException($"{at}/{i} must be an object with the name of one field");
            var (name, definition) = field.First();
            if (!fields.TryAdd(name, Field(definition, $"{at}/{i}/{name}", depth + 1))) throw new FormatException($"{at}/{i} defines the field '{name}' again");
        }

        return fields;
    }

    private static KongField Field(JsonNode? node, string at, int depth)
    {
        if (depth > MaxDepth) throw new FormatException($"{at} is nested too deeply");
        if (node is not JsonObject definition) throw new FormatException($"{at} must be an object");
        if (definition["type"] is not JsonValue value || !value.TryGetValue<string>(out var name) || !Enum.TryParse<KongType>(name, ignoreCase: true, out var type) || name != name.ToLowerInvariant())
            throw new FormatException($"{at}/type must be one of {string.Join(", ", Enum.GetNames<KongType>().Select(t => t.ToLowerInvariant()))}");
        return new KongField
        {
            Type = type,
            Required = definition["required"] is JsonValue flag && flag.TryGetValue<bool>(out var required) && required,
            Fields = type == KongType.Record ? Fields(definition["fields"], $"{at}/fields", depth) : [],
            Elements = type is KongType.Array or KongType.Set ? Field(definition["elements"], $"{at}/elements", depth + 1) : null,
            Keys = type == KongType.Map && definition["keys"] is { } keys ? Field(keys, $"{at}/keys", depth + 1) : null,
            Values = type == KongType.Map && definition["values"] is { } values ? Field(values, $"{at}/values", depth + 1) : null,
            Checks = [.. KongValidators.Read(definition, type, at)],
        };
    }
}

internal enum KongType { String, Number, Integer, Boolean, Array, Set, Map, Record }

/// <summary>One field.</summary>
internal sealed class KongField
{
    public required KongType Type { get; init; }

    public bool Required { get; init; }

    public Dictionary<string, KongField> Fields { get; init; } = [];

    public KongField? Elements { get; init; }

    public KongField? Keys { get; init; }

    public KongField? Values { get; init; }

    /// <summary>Each gives what is wrong, or null.</summary>
    public Func<JsonElement, string?>[] Checks { get; init; } = [];

    public JsonNode? Check(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null) return Required ? "required field missing" : null;
        if (!IsOfType(value)) return $"expected {(Type is KongType.Integer or KongType.Array ? "an" : "a")} {Type.ToString().ToLowerInvariant()}";
        return Type switch
        {
            KongType.Record => CheckRecord(value),
            KongType.Array or KongType.Set => CheckElements(value),
            KongType.Map => CheckEntries(value),
            _ => null,
        } ?? CheckItself(value);
    }

    private bool IsOfType(JsonElement value) => Type switch
    {
        KongType.String => value.ValueKind == JsonValueKind.String,
        KongType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        KongType.Number => value.ValueKind == JsonValueKind.Number,
        KongType.Integer => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == Math.Floor(number) && double.IsFinite(number),
        KongType.Array or KongType.Set => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };

    private JsonNode? CheckItself(JsonElement value)
    {
        foreach (var check in Checks)
            if (check(value) is { } problem) return problem;
        return null;
    }

    private JsonObject? CheckRecord(JsonElement record)
    {
        JsonObject? problems = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in record.EnumerateObject())
        {
            seen.Add(member.Name);
            var problem = Fields.TryGetValue(member.Name, out var field) ? field.Check(member.Value) : "unknown field";
            if (problem is not null) (problems ??= [])[member.Name] = problem;
        }

        foreach (var (name, field) in Fields)
            if (field.Required && !seen.Contains(name)) (problems ??= [])[name] = "required field missing";
        return problems;
    }

    private JsonNode? CheckElements(JsonElement list)
    {
        JsonObject? problems = null;
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            index++;
            if (Elements!.Check(element) is { } problem) (problems ??= [])[index.ToString(CultureInfo.InvariantCulture)] = problem;
            if (problems is { Count: 20 }) break;
        }

        return problems;
    }

    private JsonNode? CheckEntries(JsonElement map)
    {
        foreach (var member in map.EnumerateObject())
        {
            if (Keys?.Check(JsonSerializer.SerializeToElement(member.Name)) is { } key) return key;
            if (Values?.Check(member.Value) is { } value) return value;
        }

        return null;
    }
}
