using System.Text;
using System.Text.Json.Nodes;
using Sluice.Gateway.Configuration.Reading;

namespace Sluice.Gateway.Configuration.Editing;

/// <summary>What happened to an object.</summary>
public enum ChangeKind { Created, Updated, Deleted }

/// <summary>One field that changed. Values of secret fields are masked.</summary>
/// <param name="Path">The dotted path in the canonical form: <c>config.minute</c>.</param>
/// <param name="Old">What it was; null for nothing.</param>
/// <param name="New">What it is; null for nothing.</param>
public sealed record FieldChange(string Path, JsonNode? Old, JsonNode? New);

/// <summary>One object that changed.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Kind">The kind of object.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">As a person names it, with what it belongs to.</param>
public sealed record ObjectChange(ChangeKind Change, EntityKind Kind, Guid Id, string Label)
{
    /// <summary>The object before; null for one that was created.</summary>
    public ConfigurationObject? Before { get; init; }

    /// <summary>The object now; null for one that was deleted.</summary>
    public ConfigurationObject? After { get; init; }

    /// <summary>What changed of it; of a new object what was given, of a deleted one nothing.</summary>
    public IReadOnlyList<FieldChange> Fields => field ??= ObjectComparison.Fields(Before, After);
}

/// <summary>What makes one configuration out of another, object by object, in the order of kinds. The times of objects do not count.</summary>
public sealed class ConfigurationDiff
{
    private readonly ConfigurationTree _old;
    private readonly ConfigurationTree _next;

    private ConfigurationDiff(IReadOnlyList<ObjectChange> changes, ConfigurationTree old, ConfigurationTree next)
    {
        Changes = changes;
        _old = old;
        _next = next;
    }

    public IReadOnlyList<ObjectChange> Changes { get; }

    public bool IsEmpty => Changes.Count == 0;

    public int Created => Changes.Count(c => c.Change == ChangeKind.Created);

    public int Updated => Changes.Count(c => c.Change == ChangeKind.Updated);

    public int Deleted => Changes.Count(c => c.Change == ChangeKind.Deleted);

    /// <summary>What changes on the way from <paramref name="old"/> to <paramref name="next"/>. Parts that the two share cost nothing.</summary>
    public static ConfigurationDiff Between(ConfigurationTree old, ConfigurationTree next)
    {
        var changes = new List<ObjectChange>();
        foreach (var kind in EntityKind.All)
        {
            if (ConfigurationTree.ShareAll(old, next, kind))
                continue;
            foreach (var entry in old.All(kind))
                if (next.Find(kind, entry.Id) is null)
                    changes.Add(new ObjectChange(ChangeKind.Deleted, kind, entry.Id, old.Describe(entry)) { Before = entry });
            foreach (var entry in next.All(kind))
            {
                if (old.Find(kind, entry.Id) is not { } before)
                    changes.Add(new ObjectChange(ChangeKind.Created, kind, entry.Id, next.Describe(entry)) { After = entry });
                else if (!before.SaysTheSameAs(entry))
                    changes.Add(new ObjectChange(ChangeKind.Updated, kind, entry.Id, next.Describe(entry)) { Before = before, After = entry });
            }
        }
        return new ConfigurationDiff(changes, old, next);
    }

    /// <summary>One line: <c>2 created, 1 updated</c>.</summary>
    public string Summary()
    {
        if (IsEmpty)
            return "nothing changes";
        var parts = new List<string>(3);
        if (Created > 0) parts.Add($"{Created} created");
        if (Updated > 0) parts.Add($"{Updated} updated");
        if (Deleted > 0) parts.Add($"{Deleted} deleted");
        return string.Join(", ", parts);
    }

    /// <summary>For a terminal: a line for each object, an indented one for each field, the summary last.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var change in Changes)
        {
            text.Append(change.Change switch { ChangeKind.Created => "+ ", ChangeKind.Deleted => "- ", _ => "~ " }).Append(change.Label).Append('\n');
            foreach (var field in change.Fields)
            {
                text.Append("    ").Append(field.Path).Append(": ");
                if (change.Change == ChangeKind.Updated)
                    text.Append(Show(change.Kind, field.Path, field.Old, _old)).Append(" -> ");
                text.Append(Show(change.Kind, field.Path, field.New, _next)).Append('\n');
            }
        }
        return text.Append(Summary()).Append('\n').ToString();
    }

    /// <summary>For programs: <c>[{change, kind, id, label, fields: [{path, old, new}]}]</c>.</summary>
    public JsonArray ToJson() => new([.. Changes.Select(change => (JsonNode)new JsonObject
    {
        ["change"] = change.Change.ToString().ToLowerInvariant(),
        ["kind"] = change.Kind.Name,
        ["id"] = change.Id.ToString(),
        ["label"] = change.Label,
        ["fields"] = new JsonArray([.. change.Fields.Select(f => (JsonNode)new JsonObject { ["path"] = f.Path, ["old"] = f.Old?.DeepClone(), ["new"] = f.New?.DeepClone() })]),
    })]);

    /// <summary>On one line, however long; references by what they refer to.</summary>
    private static string Show(EntityKind kind, string path, JsonNode? value, ConfigurationTree tree)
    {
        foreach (var reference in kind.References)
            if (reference.Field == path && (string?)(value as JsonObject)?["id"] is { } id && tree.Find(EntityKind.ByName[reference.Kind], id) is { } target)
                return target.Label;
        var text = value?.ToJsonString(CanonicalJson.Readable) ?? "null";
        return text.Length <= 200 ? text : text[..197] + "...";
    }
}
