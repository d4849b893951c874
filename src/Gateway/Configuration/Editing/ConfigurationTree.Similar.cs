using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

public sealed partial class ConfigurationTree
{
    // With more differences, reading the whole document costs less.
    private const int MostDifferences = 2000;

    /// <summary>
    /// The configuration of a canonical document that is much like this one: another release. What is written the same is not read again, so that it costs
    /// what differs and not what there is.
    /// </summary>
    /// <param name="document">What <see cref="ToCanonicalDocument"/> wrote.</param>
    /// <returns>Null when it has to be read as a whole: because too much differs, or because something in it is not as it should be.</returns>
    public ConfigurationTree? TryReadSimilar(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document);
        var tree = this;
        var differing = new List<(EntityKind Kind, long? Ordinal, byte[] Json)>();
        foreach (var field in json.RootElement.EnumerateObject())
        {
            if (EntityKind.ByName.TryGetValue(field.Name, out var kind))
                tree = tree.WithoutDifferences(kind, field.Value, differing);
            else if (field.Name is "_transform" && field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                tree = new ConfigurationTree(Options, tree._tables, tree._nextOrdinal) { Transform = field.Value.GetBoolean(), ErrorFormat = tree.ErrorFormat };
            else if (field.Name is "error_format" && field.Value.GetString() is { } format)
                tree = new ConfigurationTree(Options, tree._tables, tree._nextOrdinal) { Transform = tree.Transform, ErrorFormat = format };
            else if (field.Name is not "_format_version")
                return null;
            if (differing.Count > MostDifferences)
                return null;
        }

        if (tree.WithRead(differing) is not { } read)
            return null;
        tree = read.WithPipelinesNamed(this);
        foreach (var field in json.RootElement.EnumerateObject())
            if (EntityKind.ByName.TryGetValue(field.Name, out var kind))
                tree = tree.Ordered(kind, [.. field.Value.EnumerateArray().Select(e => e.GetProperty("id").GetGuid())]);
        return tree;
    }

    /// <summary>This configuration after a change that was written down: what the next release made of it.</summary>
    /// <param name="transform">As <see cref="Transform"/>.</param>
    /// <param name="errorFormat">As <see cref="ErrorFormat"/>.</param>
    /// <param name="deleted">The objects that are no more.</param>
    /// <param name="set">The objects that are new or otherwise, in their canonical form.</param>
    /// <returns>As <see cref="TryReadSimilar"/>.</returns>
    public ConfigurationTree? TryChange(bool transform, string errorFormat, IReadOnlyCollection<(EntityKind Kind, Guid Id)> deleted, IReadOnlyCollection<(EntityKind Kind, byte[] Json)> set)
    {
        if (deleted.Count + set.Count > MostDifferences)
            return null;
        var tree = new ConfigurationTree(Options, _tables, _nextOrdinal) { Transform = transform, ErrorFormat = errorFormat };
        foreach (var (kind, id) in deleted)
            if (tree.Find(kind, id) is { } gone)
                tree = tree.With(tree.Table(kind).Without(gone));

        // All old ones go before the first new one comes: two may have swapped what no two may share.
        var differing = new List<(EntityKind Kind, long? Ordinal, byte[] Json)>(set.Count);
        foreach (var (kind, json) in set)
        {
            using var parsed = JsonDocument.Parse(json);
            var existing = tree.Find(kind, parsed.RootElement.GetProperty("id").GetGuid());
            differing.Add((kind, existing?.Ordinal, json));
            if (existing is not null)
                tree = tree.With(tree.Table(kind).Without(existing));
        }
        return tree.WithRead(differing)?.WithPipelinesNamed(this);
    }

    /// <summary>This tree with the objects of a kind in the order of <paramref name="ids"/>, which are all of them.</summary>
    private ConfigurationTree Ordered(EntityKind kind, List<Guid> ids)
    {
        var table = Table(kind);
        if (ids.SequenceEqual(table.InOrder.Select(o => o.Id)))
            return this;
        var objects = ids.Select((id, position) => table.ById[id] is var entry && entry.Ordinal == position ? entry : entry.At(position));
        return With(KindTable.Of(kind, objects), Math.Max(_nextOrdinal, ids.Count));
    }

    /// <summary>This tree without what <paramref name="list"/> does not have or has otherwise; the latter is noted.</summary>
    private ConfigurationTree WithoutDifferences(EntityKind kind, JsonElement list, List<(EntityKind Kind, long? Ordinal, byte[] Json)> differing)
    {
        var table = Table(kind);
        var same = new HashSet<Guid>();
        foreach (var entry in list.EnumerateArray())
        {
            var id = entry.GetProperty("id").GetGuid();
            var raw = JsonMarshal.GetRawUtf8Value(entry);
            var existing = table.ById.GetValueOrDefault(id);

            // What was made up here is written down there: a difference that does not show.
            if (existing is { MadeUp.Count: 0 } && raw.SequenceEqual(existing.Json.Span))
                same.Add(id);
            else
                differing.Add((kind, existing?.Ordinal, raw.ToArray()));
        }
        if (same.Count == table.ById.Count || differing.Count > MostDifferences)
            return this;
        var others = table.InOrder.Where(o => !same.Contains(o.Id)).ToList();
        if (AreMany(others.Count, table))
            return With(KindTable.Of(kind, table.InOrder.Where(o => same.Contains(o.Id))));
        foreach (var other in others)
            table = table.Without(other);
        return With(table);
    }

    private ConfigurationTree? WithRead(IEnumerable<(EntityKind Kind, long? Ordinal, byte[] Json)> differing)
    {
        var tree = this;
        foreach (var (kind, ordinal, json) in differing.OrderBy(d => d.Kind.Position))
        {
            if (tree.WithRead(kind, ordinal, json) is not { } next)
                return null;
            tree = next;
        }
        return tree;
    }

    private ConfigurationTree? WithRead(EntityKind kind, long? ordinal, byte[] json)
    {
        var (root, problem) = DocumentParser.Parse("", json, DocumentFormat.Json);
        if (problem is not null || root is not MapNode map)
            return null;
        var problems = new List<Problem>();
        var read = ReadOne(kind, (MapNode)KeepingVariables.Expand(map), Options with { KeepReferences = true }, problems);
        if (read is not { } made || problems.Exists(p => p.Severity == Severity.Error))
            return null;
        var pipeline = made.Record is PluginConfig { Pipeline: { } name } ? Find(EntityKind.ByName["pipelines"], name)?.Id : null;
        var entry = ObjectMaker.Make(kind, made.Record, made.Node, pipeline, ordinal ?? _nextOrdinal);
        return Repeats(entry).Any() ? null : With(Table(kind).With(entry), ordinal is null ? _nextOrdinal + 1 : _nextOrdinal);
    }
}
