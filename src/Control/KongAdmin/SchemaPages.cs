using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Control.Identity;
using Sluice.Control.Releases;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.KongAdmin;

/// <summary><c>/schemas/...</c>: what objects and plugins consist of, in the way of Kong's schemas, and checking an object without storing it.</summary>
internal sealed class SchemaPages(ReleaseManager releases)
{
    /// <summary>Answers <c>/schemas/{kind}</c>, <c>/schemas/plugins/{name}</c> and their <c>/validate</c>; null for what is no such address.</summary>
    public async Task<AdminAnswer?> AnswerAsync(HttpContext http, IReadOnlyList<string> segments)
    {
        var read = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        switch (segments)
        {
            case ["schemas", "plugins", "validate"] or ["schemas", _, "validate"]:
                return HttpMethods.IsPost(http.Request.Method) ? await ValidateAsync(http, segments[1]) : AdminAnswer.MethodNotAllowed;
            case ["schemas", "plugins", _] or ["plugins", "schema", _]:
                var plugin = segments[2];
                if (!read)
                    return AdminAnswer.MethodNotAllowed;
                return PluginCatalog.Find(plugin) is { } descriptor
                    ? new AdminAnswer(200, OfPlugin(descriptor))
                    : AdminAnswer.Message(404, $"No plugin named '{plugin}'");
            case ["schemas", var kind]:
                if (!read)
                    return AdminAnswer.MethodNotAllowed;
                return EntityKind.ByName.TryGetValue(kind, out var known)
                    ? new AdminAnswer(200, new JsonObject { ["fields"] = Fields(EntitySchema.Of(known.Record)), ["entity_checks"] = new JsonArray() })
                    : AdminAnswer.Message(404, $"No entity named '{kind}'");
            default:
                return null;
        }
    }

    private async Task<AdminAnswer> ValidateAsync(HttpContext http, string name)
    {
        if (!EntityKind.ByName.TryGetValue(name, out var kind))
            return AdminAnswer.Message(404, $"No entity named '{name}'");
        var (body, refusal) = await AdminBody.ReadAsync(http, fields => EntitySchema.Of(kind, (string?)fields["name"]));
        if (body is null)
            return refusal!;
        if (!CodeInBodies.MayCheck(Caller.Of(http), body))
            return KongErrors.OutOfScope(CodeInBodies.Refusal);
        if (kind.Name == "plugins" && body["name"] is JsonValue value && value.TryGetValue<string>(out var plugin) && PluginCatalog.Find(plugin) is null)
            return KongErrors.SchemaViolation([("name", $"plugin '{plugin}' not enabled; add it to the 'plugins' configuration property")]);

        // Only the object itself is looked at: not whether there is another of its name, or what it refers to.
        var violations = releases.Current.Tree.Insert(kind, body).Problems.Where(p => p.Refusal == EditRefusal.SchemaViolation).ToList();
        return violations.Count > 0 ? KongErrors.Of(violations) : AdminAnswer.Message(200, "schema validation successful");
    }

    private static JsonObject OfPlugin(PluginDescriptor plugin)
    {
        var config = Field(EntitySchema.Of(plugin.ConfigType), required: true);
        var protocols = new JsonObject
        {
            ["type"] = "set",
            ["required"] = true,
            ["default"] = new JsonArray("grpc", "grpcs", "http", "https"),
            ["elements"] = new JsonObject { ["type"] = "string", ["one_of"] = new JsonArray("grpc", "grpcs", "http", "https") },
        };
        return new JsonObject
        {
            ["fields"] = new JsonArray(new JsonObject { ["protocols"] = protocols }, new JsonObject { ["config"] = config }),
            ["entity_checks"] = new JsonArray(),
        };
    }

    /// <summary>The properties of a JSON Schema as Kong's list of one-field objects.</summary>
    private static JsonArray Fields(JsonObject schema)
    {
        var required = (schema["required"] as JsonArray)?.Select(r => (string)r!).ToHashSet(StringComparer.Ordinal) ?? [];
        var fields = new JsonArray();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            if (property is JsonObject field && field["deprecated"] is null)
                fields.Add((JsonNode)new JsonObject { [name] = Field(field, required.Contains(name)) });
        return fields;
    }

    private static JsonObject Field(JsonObject schema, bool required)
    {
        var field = new JsonObject { ["type"] = TypeOf(schema) };
        if (required)
            field["required"] = true;
        if (schema["description"] is { } description)
            field["description"] = description.DeepClone();
        if (schema["default"] is { } value)
            field["default"] = value.DeepClone();
        if (schema["enum"] is { } values)
            field["one_of"] = values.DeepClone();
        if (schema["minimum"] is { } least && schema["maximum"] is { } most)
            field["between"] = new JsonArray(least.DeepClone(), most.DeepClone());
        if (schema["exclusiveMinimum"] is { } above)
            field["gt"] = above.DeepClone();
        if (schema["writeOnly"] is not null)
            field["encrypted"] = true;
        if (schema["items"] is JsonObject element)
            field["elements"] = Field(element, required: false);
        if (schema["additionalProperties"] is JsonObject entry)
        {
            field["keys"] = new JsonObject { ["type"] = "string" };
            field["values"] = Field(entry, required: false);
        }
        if (schema["properties"] is not null)
            field["fields"] = Fields(schema);
        return field;
    }

    private static string TypeOf(JsonObject schema) =>
        schema[EntitySchema.Foreign] is not null ? "foreign"
        : schema["properties"] is not null ? "record"
        : schema["additionalProperties"] is JsonObject ? "map"
        : (string?)schema["type"] ?? "string";
}
