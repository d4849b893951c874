using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Control.ConfigApi.Description;

/// <summary>JSON Schema of the records that answers are made of, as <see cref="Envelope.Json"/> writes them: nothing that is null is there.</summary>
internal static class AnswerSchema
{
    private static readonly JsonSerializerOptions Json = new(Envelope.Json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Written };

    public static JsonObject Of(Type type) => WithoutNulls(Json.GetJsonSchemaAsNode(type, Exporting).AsObject());

    /// <summary>What the exporter cannot know, because a converter writes it or it is JSON itself.</summary>
    private static JsonNode Written(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = context.TypeInfo.Type;
        var described = type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?) ? new JsonObject { ["type"] = "string", ["format"] = "date-time" }
            : type == typeof(JsonObject) ? new JsonObject { ["type"] = "object" }
            : type == typeof(JsonArray) ? Changes()
            : null;
        if (described is null)
            return schema is JsonValue ? new JsonObject() : schema;
        if (context.PropertyInfo is { IsGetNullable: true })
            described["type"] = new JsonArray((string)described["type"]!, "null");
        return described;
    }

    /// <summary>The one list that is made as JSON: what <see cref="Gateway.Configuration.Editing.ConfigurationDiff.ToJson"/> gives.</summary>
    private static JsonObject Changes() => new() { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/components/schemas/change" } };

    private static JsonObject WithoutNulls(JsonObject schema)
    {
        if (schema["properties"] is JsonObject properties)
        {
            var always = properties.Where(p => !MayBeNull(p.Value!)).Select(p => (JsonNode)p.Key).ToArray();
            schema.Remove("required");
            if (always.Length > 0)
                schema["required"] = new JsonArray(always);
            foreach (var (_, property) in properties)
                WithoutNulls(property!.AsObject());
        }
        foreach (var inner in (string[])["items", "additionalProperties"])
            if (schema[inner] is JsonObject elements)
                WithoutNulls(elements);
        if (schema["type"] is JsonArray types && types.FirstOrDefault(t => (string?)t != "null") is { } type)
            schema["type"] = (string)type!;
        if (schema["enum"] is JsonArray values && values.Any(v => v is null))
            schema["enum"] = new JsonArray([.. values.Where(v => v is not null).Select(v => v!.DeepClone())]);
        return schema;
    }

    private static bool MayBeNull(JsonNode schema) =>
        schema["type"] is JsonArray types ? types.Any(t => (string?)t == "null") : schema["enum"] is JsonArray values && values.Any(v => v is null);
}
