using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>Every object of the configuration, found in the flat lists and the nested ones, by kind, id and name.</summary>
/// <param name="problems">Receives what is wrong with the objects' identities.</param>
/// <param name="migratePaths">Paths of routes are in the form of formats before 3.0.</param>
/// <param name="known">Finds objects that are there besides those that are added, by kind and by id or name.</param>
internal sealed class EntityIndex(List<Problem> problems, bool migratePaths, Func<string, string, (Guid Id, string? Name)?>? known = null)
{
    // Names looked at for suggestions: about a second.
    private const int MaxCompared = 1_000_000;

    private readonly Dictionary<string, Dictionary<string, EntityItem>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, Guid Id), EntityItem> _byId = [];
    private readonly Dictionary<(string Kind, string Field, string Value), EntityItem> _unique = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _compared;

    /// <summary>In the order of the files, parents before what stands in them.</summary>
    public List<EntityItem> Items { get; } = [];

    /// <summary>Takes in the list of <paramref name="kind"/>, and what is nested in its objects.</summary>
    public void AddList(EntityKind kind, DocumentNode list, EntityItem? parent = null, string? parentField = null)
    {
        if (list.IsNull || list is MapNode { Entries.Count: 0 })
            return;
        if (list is not ListNode { Items: var nodes })
        {
            problems.Add(new Problem(list.Place, parent?.Describe() ?? "document", kind.Name, $"expected a list, not {list.Describe()}"));
            return;
        }
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is MapNode map)
                Add(kind, map, parent, parentField);
            else
                problems.Add(new Problem(nodes[i].Place, parent?.Describe() ?? "document", $"{kind.Name}[{i}]", $"expected a map, not {nodes[i].Describe()}"));
        }
    }

    /// <summary>Takes in one object by itself.</summary>
    public void AddOne(EntityKind kind, MapNode node) => Add(kind, node, parent: null, parentField: null);

    /// <summary>The object of <paramref name="kind"/> that is called or has the id <paramref name="reference"/>.</summary>
    public Guid? Find(string kind, string reference) =>
        _byKey.TryGetValue(kind, out var byKey) && byKey.TryGetValue(reference, out var named) ? named.Id
        : Guid.TryParseExact(reference, "D", out var id) && _byId.ContainsKey((kind, id)) ? id
        : known?.Invoke(kind, reference)?.Id;

    /// <summary>The name of the object of <paramref name="kind"/> that <paramref name="reference"/> names or identifies.</summary>
    public string? NameOf(string kind, string reference) =>
        _byKey.TryGetValue(kind, out var byKey) && byKey.ContainsKey(reference) ? reference
        : Guid.TryParseExact(reference, "D", out var id) && _byId.TryGetValue((kind, id), out var item) ? item.Node.Text(item.Kind.Key!)
        : known?.Invoke(kind, reference)?.Name;

    /// <summary>"; did you mean 'x'?" of the names of <paramref name="kind"/>; nothing once a file with very many wrong references has been helped enough.</summary>
    public string DidYouMean(string kind, string reference)
    {
        if (!_byKey.TryGetValue(kind, out var byKey) || _compared > MaxCompared)
            return "";
        _compared += byKey.Count;
        return Naming.DidYouMean(reference, byKey.Keys);
    }

    private void Add(EntityKind kind, MapNode node, EntityItem? parent, string? parentField)
    {
        if (migratePaths && kind.Record == typeof(RouteConfig))
            node = PathMigration.Migrate(node);
        if (kind.Record == typeof(WorkflowConfig))
            node = WorkflowEntries.Normalize(node);
        _counts[kind.Name] = _counts.GetValueOrDefault(kind.Name) + 1;
        var item = new EntityItem(kind, node, parent, parentField, _counts[kind.Name]);
        item.Id = Identity.Of(item);
        Items.Add(item);
        CheckUnique(item);
        foreach (var (child, field) in kind.Children)
            if (node[child.Name] is { } list)
                AddList(child, list, item, field);
    }

    private void CheckUnique(EntityItem item)
    {
        if (item.Kind.Key is { } key && item.Node.Text(key) is { } name)
        {
            if (!_byKey.TryGetValue(item.Kind.Name, out var byKey))
                _byKey[item.Kind.Name] = byKey = new Dictionary<string, EntityItem>(StringComparer.Ordinal);
            if (!byKey.TryAdd(name, item))
            {
                Report(item, key, $"'{name}' is the {key} of another {item.Kind.Singular} already ({byKey[name].Node.Place})");
                return;
            }
        }
        var reported = false;
        foreach (var field in item.Kind.Unique)
        {
            if (item.Node.Text(field) is not { } value || _unique.TryAdd((item.Kind.Name, field, value), item))
                continue;
            // Keys are secrets: a message must not show them.
            var first = _unique[(item.Kind.Name, field, value)];
            reported = true;
            Report(item, field, $"{(field == "key" ? "the same value" : $"'{value}'")} is the {field} of another {item.Kind.Singular} already ({first.Node.Place})");
        }
        if (!_byId.TryAdd((item.Kind.Name, item.Id), item) && !reported)
        {
            var first = _byId[(item.Kind.Name, item.Id)];
            Report(item, item.Node["id"] is null ? "" : "id", item.Node["id"] is null
                ? $"{(item.Kind.Record == typeof(PluginConfig) ? "is configured for this scope" : "is there")} already ({first.Node.Place})"
                : $"'{item.Id}' is the id of another {item.Kind.Singular} already ({first.Node.Place})");
        }
    }

    private void Report(EntityItem item, string field, string message) =>
        problems.Add(new Problem(item.Node[field]?.Place ?? item.Node.Place, item.Describe(), field, message));
}
