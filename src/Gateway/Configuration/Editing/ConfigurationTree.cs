using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>
/// A whole configuration as objects that can be looked up and edited: immutable, every object checked and in canonical form, every reference to
/// another object resolved. An edit gives a new tree that shares what did not change. <see cref="ToDocument"/> makes what the gateway runs.
/// </summary>
public sealed partial class ConfigurationTree
{
    private readonly ImmutableArray<KindTable> _tables;
    private readonly long _nextOrdinal;

    private ConfigurationTree(ReadOptions options, ImmutableArray<KindTable> tables, long nextOrdinal)
    {
        Options = options;
        _tables = tables;
        _nextOrdinal = nextOrdinal;
    }

    /// <summary>What objects are checked with: the router's flavour, the plugins that are built, variables and the clock.</summary>
    public ReadOptions Options { get; }

    /// <summary>Kong: whether basic-auth passwords are in the clear (true) or hashed already.</summary>
    public bool Transform { get; private init; } = true;

    /// <summary>Sluice: <c>kong</c> or <c>sluice</c>; the shape of the errors that the gateway makes itself.</summary>
    public string ErrorFormat { get; private init; } = "kong";

    /// <summary>How many objects there are, of all kinds.</summary>
    public int Count => _tables.Sum(t => t.ById.Count);

    /// <summary>Whether the fields of the document itself are the same.</summary>
    public bool SaysTheSameInItsHeaderAs(ConfigurationTree other) => Transform == other.Transform && string.Equals(ErrorFormat, other.ErrorFormat, StringComparison.Ordinal);

    /// <summary>
    /// SHA-256, hex, over the objects and the document's own fields: the same for the same objects with the same times, however they came to be. Kinds that did
    /// not change since another tree was asked cost nothing.
    /// </summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Transform} {ErrorFormat}"));
        foreach (var table in _tables)
            hash.AppendData(table.Digest);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A configuration without objects.</summary>
    public static ConfigurationTree Empty(ReadOptions? options = null) =>
        new(options ?? ReadOptions.Default, [.. EntityKind.All.Select(kind => new KindTable { Kind = kind })], 0);

    /// <summary>The objects of <paramref name="kind"/>, in the order in which they came.</summary>
    public IReadOnlyList<ConfigurationObject> All(EntityKind kind) => Table(kind).InOrder;

    public ConfigurationObject? Find(EntityKind kind, Guid id) => Table(kind).ById.GetValueOrDefault(id);

    /// <summary>
    /// The object of <paramref name="kind"/> that has the id or the name <paramref name="reference"/>: routes and services by name, consumers by
    /// username, credentials by key or username, plugins by instance name, certificates by one of their server names. Targets and ACL groups have
    /// names only inside <paramref name="parent"/>; with a parent given, nothing outside it is found.
    /// </summary>
    public ConfigurationObject? Find(EntityKind kind, string reference, ConfigurationObject? parent = null)
    {
        var found = Guid.TryParseExact(reference, "D", out var id) ? Find(kind, id) : null;
        if (found is null && kind.LookupField is { } field)
        {
            if (parent is not null && kind.Identifying is not null)
                found = ReferringTo(parent, kind).FirstOrDefault(o => string.Equals(ObjectFields.Text(o.Record, field), reference, StringComparison.Ordinal));
            else
                found = FindUnique(kind, field, reference);
        }
        if (found is null && kind.Name == "certificates" && FindUnique(EntityKind.ByName["snis"], "name", reference) is { Record: SniConfig { Certificate: { } shown } })
            found = Find(kind, shown.Id);
        return found is null || parent is null || IsUnder(found, parent) ? found : null;
    }

    /// <summary>The object whose <paramref name="field"/>, which is unique among its kind, is <paramref name="value"/>.</summary>
    public ConfigurationObject? FindUnique(EntityKind kind, string field, string value) =>
        Table(kind).Unique.TryGetValue(new UniqueKey(field, value), out var id) ? Find(kind, id) : null;

    /// <summary>
    /// The objects of <paramref name="kind"/> that refer to <paramref name="target"/>: the routes of a service, the targets of an upstream, the
    /// credentials of a consumer, the members of a consumer group; in the order in which they came.
    /// </summary>
    public IReadOnlyList<ConfigurationObject> ReferringTo(ConfigurationObject target, EntityKind kind)
    {
        var table = Table(kind);
        var found = new List<ConfigurationObject>();
        foreach (var field in FieldsTo(kind, target.Kind))
            if (table.Referring.TryGetValue((field, target.Id), out var ids))
                foreach (var id in ids)
                    found.Add(table.ById[id]);
        found.Sort(static (a, b) => a.Ordinal.CompareTo(b.Ordinal));
        return found;
    }

    /// <summary>As a person names it, with what it belongs to: <c>plugin key-auth on service "pay"</c>, <c>key of consumer "ann"</c>.</summary>
    public string Describe(ConfigurationObject entry)
    {
        if (entry.Kind.Key is not null)
            return entry.Label;
        var text = entry.Label;
        foreach (var reference in entry.Kind.References)
            foreach (var (field, target) in entry.References)
                if (field == reference.Field && Find(EntityKind.ByName[reference.Kind], target) is { } parent)
                    text += (entry.Record is PluginConfig ? " on " : " of ") + parent.Label;
        return text;
    }

    /// <summary>Whether no object of <paramref name="kind"/> differs, because one tree was made out of the other without touching any.</summary>
    internal static bool ShareAll(ConfigurationTree a, ConfigurationTree b, EntityKind kind) => ReferenceEquals(a.Table(kind).ById, b.Table(kind).ById);

    private KindTable Table(EntityKind kind) => _tables[kind.Position];

    private ConfigurationTree With(KindTable table, long? nextOrdinal = null) => new(Options, _tables.SetItem(table.Kind.Position, table), nextOrdinal ?? _nextOrdinal)
    {
        Transform = Transform,
        ErrorFormat = ErrorFormat,
    };

    /// <summary>The fields of <paramref name="kind"/> that refer to objects of <paramref name="target"/>.</summary>
    private static IEnumerable<string> FieldsTo(EntityKind kind, EntityKind target)
    {
        foreach (var reference in kind.References)
            if (reference.Kind == target.Name)
                yield return reference.Field;
        if (kind.Name == "consumers" && target.Name == "consumer_groups")
            yield return "groups";
        if (kind.Name == "services" && target.Name == "ca_certificates")
            yield return "ca_certificates";
    }

    private static bool IsUnder(ConfigurationObject entry, ConfigurationObject parent)
    {
        var fields = FieldsTo(entry.Kind, parent.Kind).ToList();
        return entry.References.Any(r => r.Target == parent.Id && fields.Contains(r.Field));
    }

    /// <summary>What one object's reader is told about all the others.</summary>
    private (Guid Id, string? Name)? Known(string kind, string reference) =>
        Find(EntityKind.ByName[kind], reference) is { } found ? (found.Id, found.Key) : null;
}
