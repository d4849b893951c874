using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Two states of an object, field by field, with secrets masked.</summary>
internal static class ObjectComparison
{
    /// <summary>Stands for the value of a secret field.</summary>
    public const string Mask = "***";

    private static readonly string[] SecretWords = ["password", "secret", "token", "key", "credential"];

    public static IReadOnlyList<FieldChange> Fields(ConfigurationObject? before, ConfigurationObject? after)
    {
        if (after is null)
            return [];
        var old = before is null ? [] : before.ToJson();
        var now = before is null ? ReadableJson.Of(after) : after.ToJson();
        var changes = new List<FieldChange>();
        var type = after.Kind.Record;
        Compare(old, now, "", name => name == "config" ? After(after) : Field(type, name), name => name == "id" || CanonicalJson.IsTime(name), changes);
        return changes;
    }

    /// <summary>Whether a field is secret, and what it holds.</summary>
    private readonly record struct FieldNature(bool Secret, Type? Record, bool Unknown = false);

    private static FieldNature After(ConfigurationObject entry) =>
        entry.Record is PluginConfig { Config: { } config } ? new FieldNature(false, config.GetType()) : new FieldNature(false, null, Unknown: true);

    private static FieldNature Field(Type? type, string name)
    {
        if (type is null)
            return default;
        var field = RecordPlan.For(type).Find(name);
        return new FieldNature(field?.Secret ?? false, field?.Value.Nested is { } nested && !CanonicalJson.Records.HasOwn(nested) ? nested : null);
    }

    private static void Compare(JsonObject old, JsonObject now, string above, Func<string, FieldNature> nature, Func<string, bool>? skipped, List<FieldChange> changes)
    {
        foreach (var name in now.Select(f => f.Key).Concat(old.Select(f => f.Key).Where(f => !now.ContainsKey(f))).ToList())
        {
            if (skipped?.Invoke(name) == true || JsonNode.DeepEquals(old[name], now[name]))
                continue;
            var path = above.Length > 0 ? $"{above}.{name}" : name;
            var kind = nature(name);
            if (kind is { Record: { } inner, Secret: false } && now[name] is JsonObject after)
                Compare(old[name] as JsonObject ?? [], after, path, n => Field(inner, n), null, changes);
            else if (kind.Unknown && now[name] is JsonObject unknown)
                Compare(old[name] as JsonObject ?? [], unknown, path, n => new FieldNature(SecretWords.Any(w => n.Contains(w, StringComparison.OrdinalIgnoreCase)), null, Unknown: true), null, changes);
            else
                changes.Add(new FieldChange(path, Shown(old[name], kind.Secret), Shown(now[name], kind.Secret)));
        }
    }

    /// <summary>A secret that is only referred to is none.</summary>
    private static JsonNode? Shown(JsonNode? value, bool secret) =>
        value is null ? null
        : !secret || (value is JsonValue text && text.TryGetValue<string>(out var written) && Variables.OccursIn(written)) ? value.DeepClone()
        : JsonValue.Create(Mask);
}
