using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

public sealed partial class ConfigurationTree
{
    /// <summary>Whether making a table anew costs less than changing so many of its objects one by one.</summary>
    private static bool AreMany(int changes, KindTable table) => changes > 64 + (table.ById.Count / 8);

    /// <summary>
    /// This configuration with the objects of <paramref name="target"/> instead: what says the same stays as it is, times included; what is new or
    /// changed is stamped; what the target does not have goes. Values that the target made up, because its file gives none, are taken from here.
    /// </summary>
    public ConfigurationTree ReplacedBy(ConfigurationTree target)
    {
        var now = Options.Time.GetUtcNow().ToUnixTimeSeconds();
        var tables = _tables;
        var ordinal = _nextOrdinal;
        foreach (var kind in EntityKind.All)
        {
            if (ShareAll(this, target, kind))
                continue;
            var table = Table(kind);
            var gone = table.InOrder.Where(o => target.Find(kind, o.Id) is null).ToList();
            var changed = new List<ConfigurationObject>();
            foreach (var wanted in target.All(kind))
            {
                var existing = Find(kind, wanted.Id);
                var entry = existing is not null && wanted.MadeUp.Count > 0 ? WithMadeUpOf(existing, wanted, target) : wanted;
                if (existing is not null && existing.SaysTheSameAs(entry))
                    continue;
                changed.Add(target.Stamped(entry, existing?.CreatedAt ?? entry.CreatedAt ?? now, now, existing?.Ordinal ?? ordinal++));
            }
            if (gone.Count + changed.Count == 0)
                continue;
            if (AreMany(gone.Count + changed.Count, table))
            {
                var byId = changed.ToDictionary(c => c.Id);
                var kept = table.InOrder.Where(o => target.Find(kind, o.Id) is not null && !byId.ContainsKey(o.Id));
                table = KindTable.Of(kind, kept.Concat(changed).OrderBy(o => o.Ordinal));
            }
            else
            {
                foreach (var entry in gone)
                    table = table.Without(entry);

                // Two objects may have swapped a unique value.
                foreach (var entry in changed)
                    if (table.ById.TryGetValue(entry.Id, out var old))
                        table = table.Without(old);
                foreach (var entry in changed)
                    table = table.With(entry);
            }
            tables = tables.SetItem(kind.Position, table);
        }
        return new ConfigurationTree(Options, tables, ordinal) { Transform = target.Transform, ErrorFormat = target.ErrorFormat }.WithPipelinesNamed(this);
    }

    /// <summary>The same configuration with other rules of reading: other variables, another clock.</summary>
    public ConfigurationTree With(ReadOptions options) => new(options, _tables, _nextOrdinal) { Transform = Transform, ErrorFormat = ErrorFormat };

    private static ConfigurationObject WithMadeUpOf(ConfigurationObject existing, ConfigurationObject wanted, ConfigurationTree tree)
    {
        var json = wanted.ToJson();
        var old = existing.ToJson();
        foreach (var field in wanted.MadeUp)
            json[field] = old[field]?.DeepClone();
        return tree.Remade(wanted, json, wanted.Ordinal);
    }

    private ConfigurationObject Stamped(ConfigurationObject entry, long created, long updated, long ordinal)
    {
        var record = entry.Record with { CreatedAt = created, UpdatedAt = HasUpdatedAt(entry.Kind) ? updated : entry.Record.UpdatedAt };
        return entry.With(record, CanonicalJson.WithTimes(entry.Json.Span, record), ordinal);
    }

    /// <summary>An object of this tree made again from changed JSON; what it refers to must be here.</summary>
    private ConfigurationObject Remade(ConfigurationObject entry, JsonObject json, long ordinal)
    {
        var options = Options with { KeepReferences = true };
        var (record, node) = ReadOne(entry.Kind, Parse(json), options, [])!.Value;
        var pipeline = record is PluginConfig { Pipeline: { } name } ? Find(EntityKind.ByName["pipelines"], name)?.Id : null;
        return ObjectMaker.Make(entry.Kind, record, node, pipeline, ordinal);
    }
}
