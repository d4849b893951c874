using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Two states of an object, field by field, with secrets masked.</summary>
internal static class ObjectComparison
{
    public static IReadOnlyList<FieldChange> Fields(ConfigurationObject? before, ConfigurationObject? after)
    {
        if (after is null)
            return [];
        var old = before is null ? new Fieldset([], []) : new Fieldset(before.ToJson(), before.ToMaskedJson());
        var now = new Fieldset(before is null ? ReadableJson.Of(after) : after.ToJson(), after.ToMaskedJson());
        var changes = new List<FieldChange>();
        var type = after.Kind.Record;
        Compare(old, now, "", name => name == "config" ? Settings(after) : Field(type, name), name => name == "id" || CanonicalJson.IsTime(name), changes);
        return changes;
    }

    /// <summary>Fields as they are, which tells what changed, and as they are shown.</summary>
    private readonly record struct Fieldset(JsonObject Real, JsonObject Shown)
    {
        public Fieldset Inside(string name) => new(Real[name] as JsonObject ?? [], Shown[name] as JsonObject ?? []);
    }

    /// <summary>Whether a field is an object that is looked into, and which record its fields are of, where that is known.</summary>
    private readonly record struct FieldNature(Type? Record, bool Unknown = false);

    private static FieldNature Settings(ConfigurationObject entry) =>
        entry.Record is PluginConfig { Config: { } config } ? new FieldNature(config.GetType()) : new FieldNature(null, Unknown: true);

    private static FieldNature Field(Type? type, string name) => type is not null && RecordPlan.For(type).Find(name) is { Secret: false } field
        ? new FieldNature(field.Value.Nested is { } nested && !CanonicalJson.Records.HasOwn(nested) ? nested : null)
        : default;

    private static void Compare(Fieldset old, Fieldset now, string above, Func<string, FieldNature> nature, Func<string, bool>? skipped, List<FieldChange> changes)
    {
        foreach (var name in now.Real.Select(f => f.Key).Concat(old.Real.Select(f => f.Key).Where(f => !now.Real.ContainsKey(f))).ToList())
        {
            if (skipped?.Invoke(name) == true || JsonNode.DeepEquals(old.Real[name], now.Real[name]))
                continue;
            var path = above.Length > 0 ? $"{above}.{name}" : name;
            var kind = nature(name);
            if ((kind.Record is not null || kind.Unknown) && now.Real[name] is JsonObject && now.Shown[name] is JsonObject)
                Compare(old.Inside(name), now.Inside(name), path, n => kind.Unknown ? kind : Field(kind.Record, n), null, changes);
            else
                changes.Add(new FieldChange(path, old.Shown[name]?.DeepClone(), now.Real[name] is null ? null : now.Shown[name]?.DeepClone()));
        }
    }
}
