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
    /// <summary>Fields of ours, by kind.</summary>
    private static readonly Dictionary<string, string[]> Own = new(StringComparer.Ordinal)
    {
        ["services"] = ["circuit_breaker", "discovery", "endpoints", "health_check", "load_balancing", "retry"],
        ["routes"] = ["pipeline", "policy", "workflow", "expression", "priority"],
        ["upstreams"] = ["discovery", "slow_start"],
        ["consumers"] = ["groups"],
        ["keyauth_credentials"] = ["ttl"],
        ["plugins"] = ["consumer_group", "pipeline"],
    };

    /// <param name="caller">Who is shown the object: values of secret fields only to those who may read them.</param>
    public static JsonObject Of(ConfigurationTree tree, ConfigurationObject found, Caller caller)
    {
        var json = caller.SeesSecrets ? found.ToJson() : found.ToMaskedJson();
        foreach (var field in Own.GetValueOrDefault(found.Kind.Name, []))
            if (SaysNothing(json[field]))
                json.Remove(field);
        if (found.Record is RouteConfig { Enabled: true })
            json.Remove("enabled");
        if (found.Record is CredentialConfig)
            json.Remove("updated_at");
        if (found.Kind.Name == "certificates")
            json["snis"] = new JsonArray([.. tree.ReferringTo(found, EntityKind.ByName["snis"]).Select(s => (JsonNode)s.Key!)]);
        if (found.Kind.Name == "plugins" && json["config"] is JsonObject config && PluginCatalog.Find((string)json["name"]!) is { } plugin)
            AddOlderNames(config, plugin.ConfigType);
        return json;
    }

    private static bool SaysNothing(JsonNode? value) => value switch
    {
        null or JsonArray { Count: 0 } => true,
        JsonValue number => number.TryGetValue<long>(out var integer) && integer == 0,
        _ => false,
    };

    /// <summary><c>redis.host</c> as <c>redis_host</c> too: scripts read it there.</summary>
    private static void AddOlderNames(JsonObject config, Type record)
    {
        foreach (var older in record.GetCustomAttributes<ShorthandAttribute>())
            if (older.Path.Split('.') is [var outer, var inner] && config[outer] is JsonObject nested && nested.ContainsKey(inner))
                config[older.Name] = nested[inner]?.DeepClone();
    }
}
