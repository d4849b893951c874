using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Records to the objects of a tree.</summary>
internal static class ObjectMaker
{
    private static readonly string[] MadeUpFields = ["key", "secret", "client_id", "client_secret"];

    /// <param name="kind">The kind.</param>
    /// <param name="record">What was read of it.</param>
    /// <param name="source">What it was read from.</param>
    /// <param name="pipeline">The pipeline that middleware stands in.</param>
    /// <param name="ordinal">Its number in the order of the configuration.</param>
    public static ConfigurationObject Make(EntityKind kind, Entity record, MapNode source, Guid? pipeline, long ordinal)
    {
        var json = CanonicalJson.Write(kind, record, source, pipeline);
        var references = ObjectFields.References(kind, record, pipeline);
        return new ConfigurationObject(kind, record, json, Label(kind, record), ordinal)
        {
            References = references,
            UniqueKeys = ObjectFields.UniqueKeys(kind, record, references),
            HasReferences = Variables.MayOccur(json) && HasOpaque(source),
            MadeUp = record is CredentialConfig
                ? [.. MadeUpFields.Where(f => source[f] is null or { IsNull: true } && ObjectFields.Text(record, f) is not null)]
                : [],
        };
    }

    /// <summary>By its name, or by the beginning of its id.</summary>
    public static string Label(EntityKind kind, Entity record)
    {
        if (record is PluginConfig middleware)
            return "plugin " + middleware.Name;
        var field = kind.Key ?? kind.Name switch
        {
            "targets" => "target",
            "acls" => "group",
            "basicauth_credentials" or "hmacauth_credentials" => "username",
            "oauth2_credentials" => "name",
            _ => null,
        };
        var name = field is null ? null : ObjectFields.Text(record, field);
        return name is { Length: > 0 } ? $"{kind.Singular} \"{name}\"" : $"{kind.Singular} {record.Id.ToString()[..8]}";
    }

    private static bool HasOpaque(DocumentNode node) => node switch
    {
        ScalarNode scalar => scalar.Opaque,
        ListNode list => list.Items.Any(HasOpaque),
        MapNode map => map.Entries.Any(e => HasOpaque(e.Value)),
        _ => false,
    };
}
