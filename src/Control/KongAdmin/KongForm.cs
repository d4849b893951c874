using System.Reflection;
using System.Text.Json.Nodes;
using Sluice.Control.Identity;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration;
using Sluice.Gateway.Configuration.Editing;
using Sluice.Gateway.Configuration.Reading;
using Sluice.Gateway.Pipeline;

namespace Sluice.Control.KongAdmin;

/// <summary>
/// Objects as Kong's Admin API shows them: a certificate with its names, settings of plugins under their older names as well, and fields that Kong does not
/// have only where they say something.
/// </summary>
internal static class KongForm
{
    /// <summary>Fields of Kong's other editions and flavours, and what it does not list of an object, by kind.</summary>
    private static readonly Dictionary<string, string[]> Elsewhere = new(StringComparer.Ordinal)
    {
        ["routes"] = ["expression", "priority"],
        ["consumers"] = ["groups"],
        ["keyauth_credentials"] = ["ttl"],
        ["plugins"] = ["consumer_group", "pipeline"],
    };

    /// <param name="caller">Who is shown the object: values of secret fields only to those who may read them.</param>
    public static JsonObject Of(ConfigurationTree tree, ConfigurationObject found, Caller caller)
    {
        var json = caller.SeesSecrets ? found.ToJson() : found.ToMaskedJson();
        foreach (var field in Elsewhere.GetValueOrDefault(found.Kind.Name, []))
            if (json[field] is null or JsonArray { Count: 0 })
                json.Remove(field);
        RemoveUnusedExtensions(json, found.Record);
        if (found.Record is CredentialConfig)
            json.Remove("updated_at");
        if (found.Kind.Name == "certificates")
            json["snis"] = new JsonArray([.. tree.ReferringTo(found, EntityKind.ByName["snis"]).Select(s => (JsonNode)s.Key!)]);
        if (found.Kind.Name == "plugins" && json["config"] is JsonObject config && PluginCatalog.Find((string)json["name"]!) is { } plugin)
            AddOlderNames(config, plugin.ConfigType);
        return json;
    }

    private static void RemoveUnusedExtensions(JsonObject json, Entity record)
    {
        var plan = RecordPlan.For(record.GetType());
        var unused = plan.Create();
        foreach (var field in plan.Fields)
            if (field.IsExtension && Equals(field.Get(record), field.Get(unused)))
                json.Remove(field.Name);
    }

    /// <summary><c>redis.host</c> as <c>redis_host</c> too: scripts read it there.</summary>
    private static void AddOlderNames(JsonObject config, Type record)
    {
        foreach (var older in record.GetCustomAttributes<ShorthandAttribute>())
            if (older.Path.Split('.') is [var outer, var inner] && config[outer] is JsonObject nested && nested.ContainsKey(inner))
                config[older.Name] = nested[inner]?.DeepClone();
    }
}
