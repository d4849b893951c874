using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Objects without what is the case anyway: defaults, nulls and times.</summary>
internal static class ReadableJson
{
    public static JsonObject Of(ConfigurationObject entry)
    {
        var json = entry.ToJson();
        RecordDefaults.Remove(entry.Kind.Record, json, CanonicalJson.Records);
        json.Remove("created_at");
        json.Remove("updated_at");
        if (json["config"] is JsonObject config && entry.Record is PluginConfig { Config: { } settings })
            RecordDefaults.Remove(settings.GetType(), config, CanonicalJson.Records);
        if (json["config"] is null or JsonObject { Count: 0 })
            json.Remove("config");
        return json;
    }
}
