using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.KongAdmin;

/// <summary>The types of an object's fields as JSON Schema, for reading forms and for <c>/schemas</c>.</summary>
internal static class EntitySchema
{
    /// <summary>The keyword that marks a reference to another object.</summary>
    public const string Foreign = "x-foreign";

    // Weak: the records of plugins go when their assemblies do.
    private static readonly ConditionalWeakTable<Type, JsonObject> Made = [];

    /// <summary>The schema of an object; with the settings of <paramref name="plugin"/> in <c>config</c> where it is middleware. Shared: not to be changed.</summary>
    public static JsonObject Of(EntityKind kind, string? plugin)
    {
        var entity = Of(kind.Record);
        if (kind.Name != "plugins" || plugin is null || PluginCatalog.Find(plugin) is not { } descriptor)
            return entity;
        var whole = entity.DeepClone().AsObject();
        whole["properties"]!["config"] = Of(descriptor.ConfigType).DeepClone();
        return whole;
    }

    /// <summary>The schema of a record, all of it in place: no references within the document.</summary>
    public static JsonObject Of(Type record) => Made.GetValue(record, static type =>
    {
        var schema = new JsonSchema(new Dictionary<Type, Func<JsonObject>> { [typeof(Reference)] = static () => new JsonObject { [Foreign] = true } });
        var root = schema.Finish(schema.Record(type));
        var whole = Resolve(root, root["$defs"] as JsonObject)!.AsObject();
        whole.Remove("$defs");
        whole.Remove("$schema");
        if (type == typeof(ServiceConfig))
            whole["properties"]!["url"] = new JsonObject { ["type"] = "string" };
        if (type == typeof(CertificateConfig))
            whole["properties"]!["snis"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };
        return whole;
    });

    private static JsonNode? Resolve(JsonNode? node, JsonObject? definitions) => node switch
    {
        JsonObject { Count: > 0 } map when (string?)map["$ref"] is { } reference => Merge(map, Resolve(definitions![reference["#/$defs/".Length..]], definitions)!.AsObject()),
        JsonObject map => new JsonObject(map.Where(e => e.Key != "$defs").Select(e => KeyValuePair.Create(e.Key, Resolve(e.Value, definitions)))),
        JsonArray list => new JsonArray([.. list.Select(e => Resolve(e, definitions))]),
        _ => node?.DeepClone(),
    };

    private static JsonObject Merge(JsonObject referring, JsonObject definition)
    {
        foreach (var (name, value) in referring)
            if (name != "$ref")
                definition[name] = value?.DeepClone();
        return definition;
    }
}
