using System.Text.Json.Nodes;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>Fields of records by the names they have in files.</summary>
internal static class ObjectFields
{
    public static string? Text(Entity record, string field) => RecordPlan.For(record.GetType()).Find(field)?.Get(record) as string;

    /// <summary>What a record refers to: single references and lists of them.</summary>
    public static IReadOnlyList<(string Field, Guid Target)> References(EntityKind kind, Entity record, Guid? pipeline)
    {
        List<(string, Guid)>? found = null;
        foreach (var reference in kind.References)
        {
            var target = reference.Field == "pipeline" ? pipeline : (RecordPlan.For(record.GetType()).Find(reference.Field)?.Get(record) as Reference)?.Id;
            if (target is { } id)
                (found ??= []).Add((reference.Field, id));
        }
        foreach (var id in record is ConsumerConfig consumer ? consumer.Groups.Select(g => g.Id) : record is ServiceConfig service ? service.CaCertificates ?? [] : [])
            (found ??= []).Add((record is ConsumerConfig ? "groups" : "ca_certificates", id));
        return found is null ? [] : found;
    }

    /// <summary>The values of <paramref name="record"/> that no other object of its kind may have.</summary>
    public static IReadOnlyList<UniqueKey> UniqueKeys(EntityKind kind, Entity record, IReadOnlyList<(string Field, Guid Target)> references)
    {
        var keys = new List<UniqueKey>(2);
        if (kind.Key is { } key && Text(record, key) is { } name)
            keys.Add(new UniqueKey(key, name));
        foreach (var field in kind.Unique)
            if (Text(record, field) is { Length: > 0 } value)
                keys.Add(new UniqueKey(field, value));
        if (kind.Identifying is { } fields)
            keys.Add(new UniqueKey(string.Join(',', fields), string.Join('\n', fields.Select(f => Part(record, f, references)))));
        return keys;
    }

    /// <summary>The fields of <paramref name="key"/> with their values, as an error shows them.</summary>
    public static JsonObject Show(UniqueKey key, Entity record, IReadOnlyList<(string Field, Guid Target)> references)
    {
        var shown = new JsonObject();
        foreach (var field in key.Fields.Split(',').Order(StringComparer.Ordinal))
        {
            if (field is "consumer_group" or "pipeline" && Part(record, field, references).Length == 0)
                continue;
            shown[field] = Target(references, field) is { } target ? new JsonObject { ["id"] = target.ToString() } : Text(record, field) is { } text ? JsonValue.Create(text) : null;
        }
        return shown;
    }

    private static string Part(Entity record, string field, IReadOnlyList<(string Field, Guid Target)> references) =>
        Target(references, field)?.ToString() ?? Text(record, field) ?? "";

    private static Guid? Target(IReadOnlyList<(string Field, Guid Target)> references, string field)
    {
        foreach (var reference in references)
            if (string.Equals(reference.Field, field, StringComparison.Ordinal))
                return reference.Target;
        return null;
    }
}

/// <summary>Values that only one object of a kind may have.</summary>
/// <param name="Fields">The fields, joined with commas.</param>
/// <param name="Value">Their values.</param>
internal readonly record struct UniqueKey(string Fields, string Value);
