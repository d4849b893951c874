using System.Collections.Immutable;
using System.Security.Cryptography;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>
/// The objects of one kind with what finds them. A changed table shares what did not change with the one it came from, so that one edit of a
/// configuration with tens of thousands of objects costs what it changes.
/// </summary>
internal sealed class KindTable
{
    private ConfigurationObject[]? _inOrder;
    private Array? _records;
    private byte[]? _digest;

    public required EntityKind Kind { get; init; }

    public ImmutableDictionary<Guid, ConfigurationObject> ById { get; private init; } = ImmutableDictionary<Guid, ConfigurationObject>.Empty;

    public ImmutableDictionary<UniqueKey, Guid> Unique { get; private init; } = ImmutableDictionary<UniqueKey, Guid>.Empty;

    /// <summary>Who refers to what, by the field and the id of what is referred to.</summary>
    public ImmutableDictionary<(string Field, Guid Target), ImmutableArray<Guid>> Referring { get; private init; } =
        ImmutableDictionary<(string Field, Guid Target), ImmutableArray<Guid>>.Empty;

    /// <summary>How many have values that stand elsewhere.</summary>
    public int WithReferences { get; private init; }

    /// <summary>All, in the order in which they came.</summary>
    public IReadOnlyList<ConfigurationObject> InOrder
    {
        get
        {
            if (_inOrder is { } made)
                return made;
            var objects = new ConfigurationObject[ById.Count];
            var i = 0;
            foreach (var (_, entry) in ById)
                objects[i++] = entry;
            Array.Sort(objects, static (a, b) => a.Ordinal.CompareTo(b.Ordinal));
            return _inOrder = objects;
        }
    }

    /// <summary>SHA-256 over the canonical objects, in order of ids; made once.</summary>
    public byte[] Digest
    {
        get
        {
            if (_digest is { } made)
                return made;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var entry in ById.Values.OrderBy(o => o.Id))
                hash.AppendData(entry.Json.Span);
            return _digest = hash.GetHashAndReset();
        }
    }

    /// <summary>A table of <paramref name="objects"/>, whose ids differ.</summary>
    public static KindTable Of(EntityKind kind, IEnumerable<ConfigurationObject> objects)
    {
        var byId = ImmutableDictionary.CreateBuilder<Guid, ConfigurationObject>();
        var unique = ImmutableDictionary.CreateBuilder<UniqueKey, Guid>();
        var referring = new Dictionary<(string, Guid), ImmutableArray<Guid>.Builder>();
        var withReferences = 0;
        foreach (var entry in objects)
        {
            byId[entry.Id] = entry;
            foreach (var key in entry.UniqueKeys)
                unique[key] = entry.Id;
            foreach (var reference in entry.References)
            {
                if (!referring.TryGetValue(reference, out var list))
                    referring[reference] = list = ImmutableArray.CreateBuilder<Guid>();
                list.Add(entry.Id);
            }
            if (entry.HasReferences)
                withReferences++;
        }
        return new KindTable
        {
            Kind = kind,
            ById = byId.ToImmutable(),
            Unique = unique.ToImmutable(),
            Referring = referring.ToImmutableDictionary(r => r.Key, r => r.Value.ToImmutable()),
            WithReferences = withReferences,
        };
    }

    /// <summary>The table with <paramref name="entry"/> in the place of the object of the same id, if there was one.</summary>
    public KindTable With(ConfigurationObject entry)
    {
        var old = ById.GetValueOrDefault(entry.Id);
        var unique = Unique;
        var referring = Referring;
        Forget(old, ref unique, ref referring);
        foreach (var key in entry.UniqueKeys)
            unique = unique.SetItem(key, entry.Id);
        foreach (var reference in entry.References)
            referring = referring.SetItem(reference, referring.TryGetValue(reference, out var list) ? list.Add(entry.Id) : [entry.Id]);
        return new KindTable
        {
            Kind = Kind,
            ById = ById.SetItem(entry.Id, entry),
            Unique = unique,
            Referring = referring,
            WithReferences = WithReferences + (entry.HasReferences ? 1 : 0) - (old is { HasReferences: true } ? 1 : 0),
        };
    }

    public KindTable Without(ConfigurationObject entry)
    {
        var unique = Unique;
        var referring = Referring;
        Forget(entry, ref unique, ref referring);
        return new KindTable
        {
            Kind = Kind,
            ById = ById.Remove(entry.Id),
            Unique = unique,
            Referring = referring,
            WithReferences = WithReferences - (entry.HasReferences ? 1 : 0),
        };
    }

    /// <summary>The records of a kind none of whose objects has values that stand elsewhere; made once.</summary>
    public T[] Records<T>()
        where T : Entity =>
        (T[])(_records ??= InOrder.Select(o => (T)o.Record).ToArray());

    private static void Forget(
        ConfigurationObject? old, ref ImmutableDictionary<UniqueKey, Guid> unique, ref ImmutableDictionary<(string Field, Guid Target), ImmutableArray<Guid>> referring)
    {
        if (old is null)
            return;
        unique = unique.RemoveRange(old.UniqueKeys);
        foreach (var reference in old.References)
        {
            var left = referring[reference].Remove(old.Id);
            referring = left.IsEmpty ? referring.Remove(reference) : referring.SetItem(reference, left);
        }
    }
}
