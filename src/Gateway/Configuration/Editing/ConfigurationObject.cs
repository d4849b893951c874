using System.Text.Json.Nodes;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>
/// One object of a <see cref="ConfigurationTree"/>, immutable and checked, in canonical form: what Kong's Admin API shows of it. All fields are
/// there, null where they are not set; references are <c>{"id": "..."}</c>; values with <c>${NAME}</c> or <c>{vault://...}</c> are as written.
/// </summary>
public sealed class ConfigurationObject
{
    private readonly byte[] _json;

    internal ConfigurationObject(EntityKind kind, Entity record, byte[] json, string label, long ordinal)
    {
        Kind = kind;
        Record = record;
        _json = json;
        Label = label;
        Ordinal = ordinal;
    }

    public EntityKind Kind { get; }

    public Guid Id => Record.Id;

    /// <summary>As a person names it: <c>route "orders"</c>, <c>plugin key-auth on service "pay"</c>.</summary>
    public string Label { get; }

    /// <summary>Where it stood in its file; nowhere for one that came by an API.</summary>
    public Place Place => Record.Place;

    public IReadOnlyList<string> Tags => Record.Tags;

    /// <summary>Seconds since 1970, or null while the object has never been part of a release.</summary>
    public long? CreatedAt => Record.CreatedAt;

    /// <summary>The canonical JSON, UTF-8. Holds secrets.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    /// <summary>The canonical JSON as a new tree that the caller may change. Holds secrets.</summary>
    public JsonObject ToJson() => JsonNode.Parse(_json)!.AsObject();

    /// <summary>The canonical JSON as a new tree that the caller may change, with <c>***</c> for the values of secret fields. References to secrets stay.</summary>
    public JsonObject ToMaskedJson()
    {
        var json = ToJson();
        RecordSecrets.Hide(Kind.Record, json, CanonicalJson.Records);
        if (json["config"] is JsonObject config)
        {
            if (Record is PluginConfig { Config: { } settings })
                RecordSecrets.Hide(settings.GetType(), config, CanonicalJson.Records);
            else
                RecordSecrets.HideByName(config);
        }
        if (Record is WorkflowConfig)
            RecordSecrets.HideInData(json["document"]);
        return json;
    }

    /// <summary>The record with every value that is not a reference to a secret or variable; its fields are those of the canonical form.</summary>
    public Entity Record { get; }

    /// <summary>The name that others refer to it by, besides the id; null for kinds that have none.</summary>
    public string? Key => Kind.Key is { } key ? ObjectFields.Text(Record, key) : null;

    /// <summary>Its number in the order of the configuration.</summary>
    internal long Ordinal { get; }

    /// <summary>Some of its values stand elsewhere (<c>${NAME}</c>, <c>{vault://...}</c>): <see cref="Record"/> is not what runs.</summary>
    public bool HasReferences { get; init; }

    /// <summary>What it refers to, by field.</summary>
    public IReadOnlyList<(string Field, Guid Target)> References { get; init; } = [];

    /// <summary>Fields whose values were made up because none was given.</summary>
    internal IReadOnlyList<string> MadeUp { get; init; } = [];

    /// <summary>The values that no two objects may share.</summary>
    internal IReadOnlyList<UniqueKey> UniqueKeys { get; init; } = [];

    /// <summary>Whether the two say the same, whenever each was written.</summary>
    public bool SaysTheSameAs(ConfigurationObject other) =>
        ReferenceEquals(this, other) || Json.Span.SequenceEqual(other.Json.Span)
        || (Kind == other.Kind && CanonicalJson.WithoutTimes(_json).AsSpan().SequenceEqual(CanonicalJson.WithoutTimes(other._json)));

    /// <summary>The same object with other times and another place in the order.</summary>
    internal ConfigurationObject With(Entity record, byte[] json, long ordinal) => new(Kind, record, json, Label, ordinal)
    {
        HasReferences = HasReferences,
        References = References,
        MadeUp = MadeUp,
        UniqueKeys = UniqueKeys,
    };

    /// <summary>The same object at another place in the order.</summary>
    internal ConfigurationObject At(long ordinal) => With(Record, _json, ordinal);

    public override string ToString() => Label;
}
