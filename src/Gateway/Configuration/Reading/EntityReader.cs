using Sluice.Foundation.Errors;
using Sluice.Foundation.Schema;

namespace Sluice.Gateway.Configuration.Reading;

/// <summary>Found objects to records.</summary>
internal sealed class EntityReader
{
    private readonly EntityIndex _index;
    private readonly ReadOptions _options;
    private readonly List<Problem> _problems;
    private readonly PluginReader _plugins;
    private readonly GroupMemberships _groups;
    private readonly Dictionary<(string, Guid?, Guid?, Guid?, Guid?, string?), EntityItem> _scopes = [];
    private readonly Dictionary<Type, Func<string, DocumentNode, Binding, object?>> _readers;

    public EntityReader(EntityIndex index, ReadOptions options, List<Problem> problems)
    {
        _index = index;
        _options = options;
        _problems = problems;
        _groups = new GroupMemberships(index, problems);
        _readers = new Dictionary<Type, Func<string, DocumentNode, Binding, object?>> { [typeof(Reference)] = ReadReference };
        _plugins = new PluginReader(options, problems, _readers);
    }

    public List<UnsupportedPlugin> Unsupported => _plugins.Unsupported;

    /// <summary>The object of <paramref name="kind"/> that is called or has the id <paramref name="reference"/>.</summary>
    public Guid? Find(string kind, string reference) => _index.Find(kind, reference);

    /// <summary>The record of each object that has no errors.</summary>
    public IEnumerable<(EntityItem Item, Entity Record)> ReadAll(IReadOnlyList<MapEntry> memberships)
    {
        _groups.Add(memberships);
        foreach (var item in _index.Items)
        {
            if (Read(item) is not Entity entity)
                continue;
            if (entity is PluginConfig middleware)
                CheckScope(item, middleware);
            yield return (item, entity);
        }
    }

    public GatewayDocument Read(Header header, IReadOnlyList<MapEntry> memberships)
    {
        var found = new ReadLists();
        foreach (var (item, entity) in ReadAll(memberships))
            found.Add(item.Kind.Name, entity);
        return found.ToDocument() with { FormatVersion = header.Version, Transform = header.Transform, ErrorFormat = header.ErrorFormat };
    }

    private object? Read(EntityItem item)
    {
        var binding = new Binding(item.Describe(), _problems) { Readers = _readers, Skipped = item.Kind.ReadElsewhere, ExplainUnknown = ForeignLists.Explain, Identity = (item.Kind.Name, item.Id) };
        CheckId(item, binding);
        var node = item.Kind.Record == typeof(ServiceConfig) ? ServiceUrl.Expand(item.Node) : item.Node;
        var presets = Presets(item, binding, ref node);
        if (item.Kind.Record == typeof(PluginConfig))
        {
            presets.Add((nameof(PluginConfig.Config), _plugins.Read(item, binding)));
            presets.Add((nameof(PluginConfig.Plugin), item.Node.Text("name") is { } name ? _options.Plugins(name) : null));
        }
        var record = RecordBinder.Bind(item.Kind.Record, node, binding, presets);
        return record is null ? null : Completion.Complete(record, item, node, binding, _index, _options);
    }

    /// <summary>What is known without the record's own fields: identity, place, and what it stands in.</summary>
    private List<(string Property, object? Value)> Presets(EntityItem item, Binding binding, ref MapNode node)
    {
        var presets = new List<(string, object?)> { (nameof(Entity.Id), item.Id), (nameof(Entity.Place), node.Place) };
        if (item.ParentField is { } field)
        {
            if (node[field] is { IsNull: false } stated && Named(stated) is var other && (other is null || Referred(field, other) != item.Parent!.Id))
                binding.Report(stated.Place, field, $"it stands inside {item.Parent!.Describe()} and can't refer to anything else");
            if (node[field] is not null)
                node = new MapNode(node.Place, [.. node.Entries.Where(e => !string.Equals(e.Name, field, StringComparison.Ordinal))]);
            if (string.Equals(field, "pipeline", StringComparison.Ordinal))
                presets.Add((nameof(PluginConfig.Pipeline), item.Parent!.Node.Text("name")));
            else
                presets.Add((RecordPlan.For(item.Kind.Record).Find(field)!.Property.Name, new Reference(item.Parent!.Id)));
        }
        else if (item.Kind.Record == typeof(PluginConfig) && node["pipeline"] is { IsNull: false } pipeline)
            presets.Add((nameof(PluginConfig.Pipeline), PipelineName(pipeline, binding)));
        if (item.Kind.Record == typeof(WorkflowConfig))
        {
            if (node["document"] is MapNode document)
                presets.Add((nameof(WorkflowConfig.Document), document));
            else if (node["file"] is null)
                binding.Report((node["document"] ?? node).Place, "document", "expected the workflow: its nodes, a document or a file");
        }
        if (item.Kind.Record == typeof(ConsumerConfig))
            presets.Add((nameof(ConsumerConfig.Groups), _groups.Of(item)));
        return presets;
    }

    /// <summary>One scope has a plugin once, however the files say which scope it is.</summary>
    private void CheckScope(EntityItem item, PluginConfig middleware)
    {
        var scope = (middleware.Name, middleware.Route?.Id, middleware.Service?.Id, middleware.Consumer?.Id, middleware.ConsumerGroup?.Id, middleware.Pipeline);
        if (!_scopes.TryAdd(scope, item) && _scopes[scope].Id != item.Id)
            _problems.Add(new Problem(item.Node.Place, item.Describe(), "", $"is configured for this scope already ({_scopes[scope].Node.Place})"));
    }

    private static void CheckId(EntityItem item, Binding binding)
    {
        if (item.Node["id"] is { IsNull: false } id && item.Node.Text("id") is var text && (text is null || !Guid.TryParseExact(text, "D", out _)))
            binding.Report(id.Place, "id", $"expected a UUID like 8d257a85-2ac0-5869-b244-e2882409f85d{(text is null ? "" : $", not '{text}'")}");
    }

    private object? ReadReference(string field, DocumentNode node, Binding binding)
    {
        var kind = KindOf(field);
        var singular = EntityKind.ByName[kind].Singular;
        if (Named(node) is not { } name)
        {
            var hint = (node as MapNode)?.Text("name") is { } called ? $"; write {field}: {called}" : "";
            binding.Report(node.Place, $"expected the name or id of a {singular}, or a map of its id alone, not {node.Describe()}{hint}");
            return null;
        }
        if (Referred(field, name) is { } found)
            return new Reference(found);
        binding.Report(node.Place, $"there is no {singular} '{name}'" + _index.DidYouMean(kind, name));
        return null;
    }

    private static string KindOf(string field) => field switch
    {
        "client_certificate" => "certificates",
        "credential" => "oauth2_credentials",
        _ => field + "s",
    };

    /// <summary>Middleware holds its pipeline by name, as routes do.</summary>
    private string? PipelineName(DocumentNode pipeline, Binding binding)
    {
        if (Named(pipeline) is { } name && _index.NameOf("pipelines", name) is { } found)
            return found;
        binding.Report(pipeline.Place, "pipeline", Named(pipeline) is { } unknown
            ? $"there is no pipeline '{unknown}'" + _index.DidYouMean("pipelines", unknown)
            : $"expected the name or id of a pipeline, not {pipeline.Describe()}");
        return null;
    }

    private Guid? Referred(string field, string name) => _index.Find(KindOf(field), name);

    /// <summary>The name or id that a reference consists of; null when it is none.</summary>
    private static string? Named(DocumentNode reference) => reference switch
    {
        ScalarNode { Kind: ScalarKind.String } scalar => scalar.Text,
        MapNode { Entries.Count: 1 } map => map.Text("id"),
        _ => null,
    };

    private sealed class ReadLists : DocumentLists
    {
        private readonly Dictionary<string, List<object>> _read = new(StringComparer.Ordinal);

        public void Add(string kind, object entity)
        {
            if (!_read.TryGetValue(kind, out var list))
                _read[kind] = list = [];
            list.Add(entity);
        }

        protected override IReadOnlyList<T> List<T>(string kind) => _read.TryGetValue(kind, out var list) ? [.. list.Cast<T>()] : [];
    }
}
