using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

public sealed partial class ConfigurationTree
{
    /// <summary>
    /// What the gateway runs: the objects with variables and secrets filled in. Objects that have none are checked already; the others are
    /// checked again with their values. Lists that did not change since another tree made its document are the same ones.
    /// </summary>
    public ReadResult ToDocument()
    {
        var problems = new List<Problem>();
        var variables = new Variables(Options, problems);
        if (_tables.Any(t => t.WithReferences > 0))
            variables.AddVaults([VaultsOnly()]);
        problems.AddRange(variables.VaultProblems);
        var unsupported = Table(EntityKind.ByName["plugins"]).InOrder
            .Where(o => o.Record is PluginConfig { Config: null })
            .Select(o => (Object: o, Name: ((PluginConfig)o.Record).Name))
            .Select(p => new UnsupportedPlugin(p.Name, Describe(p.Object), p.Object.Place, KnownPlugins.Enterprise.Contains(p.Name)))
            .ToList();
        var document = new TreeLists(this, variables, problems).ToDocument();
        document = document with { Transform = Transform, ErrorFormat = ErrorFormat, Secrets = variables.Secrets };
        return new ReadResult(problems.Exists(p => p.Severity == Severity.Error) ? null : document, problems, unsupported);
    }

    private List<T> FilledIn<T>(KindTable table, Variables variables, List<Problem> problems)
        where T : Entity
    {
        var records = new List<T>(table.ById.Count);
        var unique = new Dictionary<UniqueKey, ConfigurationObject>();
        foreach (var entry in table.InOrder)
        {
            if (!entry.HasReferences)
                records.Add((T)entry.Record);
            else if (FillIn(entry, variables, problems) is T record)
            {
                CheckStillUnique(entry, record, unique, problems);
                records.Add(record);
            }
        }
        return records;
    }

    /// <summary>The record with its values; null when they are missing or break a rule.</summary>
    private Entity? FillIn(ConfigurationObject entry, Variables variables, List<Problem> problems)
    {
        // A name of its own for each object: secrets are told apart by where they stand.
        var (root, _) = DocumentParser.Parse(entry.Id.ToString(), entry.Json.Span, DocumentFormat.Json);
        var before = problems.Count;
        variables.Owner = new Problem(entry.Place, Describe(entry), "", "") { Kind = entry.Kind.Name, Id = entry.Id };
        var read = ReadOne(entry.Kind, (MapNode)variables.Expand(root!), Options, problems);

        // The canonical form has no lines of its own; the object's place in its file is nearer to what a person looks for.
        var found = variables.WithoutSecrets(problems.Skip(before)).ToList();
        problems.RemoveRange(before, problems.Count - before);
        problems.AddRange(found.Select(p => p with { Place = entry.Place, Object = variables.Owner.Object }));
        return read?.Record is { } record ? Placed(record, entry.Place) : null;
    }

    private MapNode VaultsOnly()
    {
        var vaults = All(EntityKind.ByName["vaults"]).Select(v => DocumentParser.Parse(v.Id.ToString(), v.Json.Span, DocumentFormat.Json).Root!);
        return new MapNode(default, [new MapEntry("vaults", default, new ListNode(default, [.. vaults]))]);
    }

    private static Entity Placed(Entity record, Place place) => record with { Place = place };

    /// <summary>Values that only their variables tell apart may turn out to be the same.</summary>
    private void CheckStillUnique(ConfigurationObject entry, Entity record, Dictionary<UniqueKey, ConfigurationObject> filled, List<Problem> problems)
    {
        foreach (var key in ObjectFields.UniqueKeys(entry.Kind, record, entry.References))
        {
            var other = Table(entry.Kind).Unique.TryGetValue(key, out var id) && id != entry.Id && !Table(entry.Kind).ById[id].HasReferences
                ? Table(entry.Kind).ById[id]
                : filled.TryAdd(key, entry) ? null : filled[key];
            if (other is not null)
                problems.Add(new Problem(entry.Place, Describe(entry), key.Fields, $"has the same value, once variables are filled in, as {Describe(other)}") { Kind = entry.Kind.Name, Id = entry.Id });
        }
    }

    /// <summary>Checks one object against all the others of this tree.</summary>
    private (Entity Record, MapNode Node)? ReadOne(EntityKind kind, MapNode node, ReadOptions options, List<Problem> problems)
    {
        var index = new EntityIndex(problems, migratePaths: false, Known);
        index.AddOne(kind, node);
        var reader = new EntityReader(index, options, problems);
        foreach (var (item, record) in reader.ReadAll([]))
            return (record, item.Node);
        return null;
    }

    /// <summary>The objects with their variables and secrets filled in; lists that have none are shared with other documents of the same table.</summary>
    private sealed class TreeLists(ConfigurationTree tree, Variables variables, List<Problem> problems) : DocumentLists
    {
        protected override IReadOnlyList<T> List<T>(string kind)
        {
            var table = tree.Table(EntityKind.ByName[kind]);
            return table.WithReferences == 0 ? table.Records<T>() : tree.FilledIn<T>(table, variables, problems);
        }
    }
}
