using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Pipeline;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>The JSON Schema of a whole configuration file, the plugins that are built included.</summary>
public static class DocumentSchema
{
    /// <summary>A new document; JSON Schema 2020-12.</summary>
    public static JsonObject Create()
    {
        var schema = new JsonSchema(new Dictionary<Type, Func<JsonObject>> { [typeof(Reference)] = Reference });
        var properties = new JsonObject
        {
            ["_format_version"] = new JsonObject { ["enum"] = new JsonArray("3.0", "2.1", "1.1"), ["description"] = "The form that the file is in." },
            ["_transform"] = new JsonObject { ["type"] = "boolean", ["default"] = true },
            ["_comment"] = new JsonObject { ["type"] = "string" },
            ["_ignore"] = new JsonObject { ["type"] = "array" },
            ["error_format"] = new JsonObject { ["enum"] = new JsonArray("kong", "sluice"), ["default"] = "kong", ["description"] = "Sluice: the shape of the errors that the gateway makes itself." },
        };
        foreach (var kind in EntityKind.All)
            properties[kind.Name] = ListOf(schema, kind, parentField: null);
        return schema.Finish(new JsonObject
        {
            ["title"] = "Sluice configuration",
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray("_format_version"),
            ["additionalProperties"] = false,
        });
    }

    /// <summary>The JSON Schema of a plugin's settings.</summary>
    public static JsonObject Of(PluginDescriptor plugin)
    {
        var schema = new JsonSchema(new Dictionary<Type, Func<JsonObject>> { [typeof(Reference)] = Reference });
        return schema.Finish(schema.Record(plugin.ConfigType));
    }

    private static JsonObject Reference() => new()
    {
        ["description"] = "The name or id of another object.",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string" },
            new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["id"] = new JsonObject { ["type"] = "string" } }, ["required"] = new JsonArray("id"), ["additionalProperties"] = false }),
    };

    /// <summary>Where an object stands in another, the field that refers to that one needs not be given.</summary>
    private static JsonObject ListOf(JsonSchema schema, EntityKind kind, string? parentField) => new()
    {
        ["type"] = "array",
        ["items"] = schema.Define(parentField is null ? kind.Name : $"{kind.Name}-in-{parentField}", () => Entity(schema, kind, parentField)),
    };

    private static JsonObject Entity(JsonSchema schema, EntityKind kind, string? parentField)
    {
        var entity = schema.Record(kind.Record);
        var properties = entity["properties"]!.AsObject();
        properties["_comment"] = new JsonObject { ["type"] = "string" };
        properties["_ignore"] = new JsonObject { ["type"] = "array" };
        foreach (var (child, field) in kind.Children)
            properties[child.Name] = ListOf(schema, child, field);
        if (parentField is not null && entity["required"] is JsonArray required && required.FirstOrDefault(r => string.Equals((string?)r, parentField, StringComparison.Ordinal)) is { } stated)
            required.Remove(stated);
        switch (kind.Name)
        {
            case "services":
                properties["url"] = new JsonObject { ["type"] = "string", ["description"] = "protocol, host, port and path in one" };
                break;
            case "consumers":
                properties["groups"] = new JsonObject { ["type"] = "array", ["description"] = "The consumer groups that it is in, by name or id." };
                break;
            case "consumer_groups":
                properties["consumers"] = new JsonObject { ["type"] = "array", ["description"] = "Its members, by username or id." };
                break;
            case "workflows":
                properties["document"] = new JsonObject { ["type"] = "object", ["description"] = "The workflow as n8n exports it; its fields may stand here themselves." };
                properties["file"] = new JsonObject { ["type"] = "string", ["description"] = "The file that holds it, seen from this one." };
                entity["additionalProperties"] = true;
                break;
            case "vaults":
                properties["config"] = new JsonObject { ["type"] = "object" };
                break;
            case "plugins":
                properties["config"] = new JsonObject { ["type"] = "object", ["description"] = "The plugin's own settings." };
                entity["allOf"] = new JsonArray([.. PluginCatalog.All.Select(plugin => (JsonNode)ConfigOf(schema, plugin))]);
                break;
        }
        return entity;
    }

    private static JsonObject ConfigOf(JsonSchema schema, PluginDescriptor plugin) => new()
    {
        ["if"] = new JsonObject { ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = plugin.Name } } },
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["config"] = schema.Define("plugin-" + plugin.Name, () => schema.Record(plugin.ConfigType)) } },
    };
}
